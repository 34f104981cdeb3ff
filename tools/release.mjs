// node tools/release.mjs [VERSION]: gives every package the version, and what they say of each other with it; dates the
// Unreleased part of the changelog. Without a version it only writes what the manifests have alike.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { libraries, manifest } from './pack.mjs';

const [version] = process.argv.slice(2);
if (version !== undefined && !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))
  throw new Error(`${version} is no version: node tools/release.mjs 0.2.0`);

if (version !== undefined) {
  writeManifest('.', { ...manifest('.'), version });
  edit('CHANGELOG.md', (text) =>
    text.replace(
      '## [Unreleased]\n',
      `## [Unreleased]\n\n## [${version}] - ${new Date().toISOString().slice(0, 10)}\n`,
    ),
  );
}
// Reads the root's manifest, so it is loaded once that has its version.
const { alike, VERSIONED } = await import('./published.mjs');
for (const folder of libraries) writeManifest(folder, alike(folder));
const present = manifest('.').version;
for (const file of VERSIONED) edit(file, (text) => text.replace(/'[^']+'/, `'${present}'`));
const demo = manifest('apps/demo');
for (const kind of ['dependencies', 'devDependencies'])
  for (const name of Object.keys(demo[kind]).filter((one) => one.startsWith('@nestjs-flamingock/')))
    demo[kind][name] = `^${present}`;
writeManifest('apps/demo', demo);
const { status } = spawnSync(
  'npm',
  ['install', '--package-lock-only', '--ignore-scripts', '--no-audit', '--no-fund'],
  {
    stdio: 'inherit',
  },
);
process.exitCode = status ?? 1;

function writeManifest(folder, fields) {
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(fields, null, 2)}\n`);
}

function edit(file, alter) {
  writeFileSync(file, alter(readFileSync(file, 'utf8')));
}
