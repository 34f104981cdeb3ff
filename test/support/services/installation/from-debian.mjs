import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runToEnd } from './run-to-end.mjs';

/**
 * Packages of another suite of Debian than the machine's in `folder`, with everything that they need down to
 * libc (amd64). Nothing of the machine is altered: apt keeps its lists apart, and the packages are only unpacked.
 *
 * @param programs paths in the packages of what is run
 */
export async function installFromDebian(folder, { suite, packages, programs }) {
  const apt = join(folder, 'apt');
  const options = prepareApt(apt, suite);
  const get = (...args) => runToEnd('apt-get', [...options, '-q', '-y', ...args]);
  await get('update');
  await get('--no-install-recommends', '--download-only', 'install', ...packages);
  const archives = join(apt, 'cache', 'archives');
  for (const file of readdirSync(archives).filter((name) => name.endsWith('.deb')))
    await runToEnd('dpkg-deb', ['--extract', join(archives, file), folder]);
  rmSync(apt, { recursive: true });
  for (const program of programs) runOnOwnLibraries(join(folder, program));
}

/** @returns options by which apt knows of no installed package, and of no suite but that one */
function prepareApt(folder, suite) {
  for (const name of ['sources', 'state/lists/partial', 'cache/archives/partial'])
    mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, 'status'), '');
  const [source] = readFileSync('/etc/apt/sources.list.d/debian.sources', 'utf8').split('\n\n');
  writeFileSync(join(folder, 'sources', 'd.sources'), source.replace(/^Suites:.*$/m, `Suites: ${suite}`));
  const settings = {
    'Dir::State': join(folder, 'state'),
    'Dir::State::status': join(folder, 'status'),
    'Dir::Cache': join(folder, 'cache'),
    'Dir::Etc::sourcelist': '/dev/null',
    'Dir::Etc::sourceparts': join(folder, 'sources'),
    'APT::Sandbox::User': 'root',
    'Debug::NoLocking': '1',
    'Acquire::Retries': '3',
    'Acquire::Languages': 'none',
    // Descriptions of desktop applications, a third of what is fetched.
    'Acquire::IndexTargets::deb::DEP-11::DefaultEnabled': 'false',
  };
  return Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
}

const ON_OWN_LIBRARIES = `#!/bin/sh
libraries=\${0%/usr/*}/usr/lib/x86_64-linux-gnu
exec "$libraries/ld-linux-x86-64.so.2" --library-path "$libraries" "$0.program" "$@"
`;

/** Puts a script in the place of a program that starts it with the loader of its own libc. */
function runOnOwnLibraries(program) {
  renameSync(program, `${program}.program`);
  writeFileSync(program, ON_OWN_LIBRARIES, { mode: 0o755 });
}
