// Servers that no system package brings: their programs come from the registries of Python and Maven into a
// folder of this checkout (npm run services -- install).
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const HOME = fileURLToPath(new URL('../../.tmp/servers', import.meta.url));
/** Written last: without it an installation was broken off. */
const COMPLETE = 'complete';
const run = promisify(execFile);

/** Where the programs of a server are installed: one version does not stand in for another. */
export const installedFolder = ({ name, version }) => join(HOME, `${name}-${version}`);

/** Whether the server's programs are there, and whole. */
export const isInstalled = (server) => existsSync(join(installedFolder(server), COMPLETE));

/**
 * Installs a server unless it is there.
 *
 * @returns false if it was there
 */
export async function install(server) {
  if (isInstalled(server)) return false;
  const folder = installedFolder(server);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await server.install(folder);
  writeFileSync(join(folder, COMPLETE), '');
  return true;
}

/** A Python environment in `folder` with what is required in it. */
export async function installFromPyPi(folder, requirement) {
  await runToEnd('python3', ['-m', 'venv', folder]);
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', requirement];
  await runToEnd(join(folder, 'bin', 'python'), pip);
}

/** Java libraries, with all that they need at run time, in `folder`. */
export async function installFromMaven(folder, artifacts) {
  const dependencies = artifacts.map((artifact) => {
    const [group, id, version] = artifact.split(':');
    return `<dependency><groupId>${group}</groupId><artifactId>${id}</artifactId><version>${version}</version></dependency>`;
  });
  const pom = join(folder, 'pom.xml');
  writeFileSync(
    pom,
    `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>local</groupId><artifactId>server</artifactId><version>1</version><packaging>pom</packaging>
<dependencies>${dependencies.join('')}</dependencies></project>`,
  );
  const options = ['-q', '-B', '-f', pom, `-DoutputDirectory=${folder}`, '-DincludeScope=runtime'];
  await runToEnd('mvn', [...options, 'dependency:copy-dependencies']);
}

async function runToEnd(program, args) {
  try {
    await run(program, args, { maxBuffer: 64 << 20 });
  } catch (error) {
    const said = `${error.stdout ?? ''}${error.stderr ?? ''}`.trim();
    throw new Error(`${[program, ...args].join(' ')} failed:\n${said || error.message}`, { cause: error });
  }
}
