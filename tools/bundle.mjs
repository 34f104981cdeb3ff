// Puts what a library needs of it into one file: loading a hundred small ones takes an application that has
// nothing to apply longer than all the rest. Frameworks, drivers and other libraries stay outside.
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { build } from 'esbuild';
import { libraries, manifest, SHARED } from './pack.mjs';

const BUNDLE = './dist/bundle/';
/** Entries that need a package which an application may lack: only an application that imports them loads it. */
const APART = ['config.js'];

const require = createRequire(import.meta.url);

for (const folder of neededFirst(libraries)) {
  const entries = Object.values(manifest(folder).exports).flatMap(({ default: file }) =>
    file?.startsWith(BUNDLE) ? [file.slice(BUNDLE.length)] : [],
  );
  const together = entries.filter((entry) => !APART.includes(entry));
  const isShared = together.length > 1;
  if (isShared) await bundleAll(folder, together);
  for (const entry of entries) {
    if (isShared && together.includes(entry)) pick(folder, entry);
    else await bundle(folder, entry, { entryPoints: [compiled(folder, entry)] });
  }
}

/** An entry is loaded to learn what it exports, and loads the bundles of the libraries that it needs. */
function neededFirst(folders) {
  const named = new Map(folders.map((folder) => [manifest(folder).name, folder]));
  const ordered = new Set();
  const add = (folder) => {
    const { dependencies, peerDependencies } = manifest(folder);
    const needed = Object.keys({ ...dependencies, ...peerDependencies });
    needed.flatMap((name) => named.get(name) ?? []).forEach(add);
    ordered.add(folder);
  };
  folders.forEach(add);
  return ordered;
}

/** Several entries: each class exists once, so all of them are one file, of which each entry exports its part. */
async function bundleAll(folder, entries) {
  const all = entries.map((entry) => `...require('./${entry}')`);
  const stdin = { contents: `module.exports = { ${all.join(', ')} };`, resolveDir: join(folder, 'dist') };
  await bundle(folder, SHARED, { stdin });
}

function pick(folder, entry) {
  const names = namesOf(folder, entry);
  const lines = [
    `'use strict';`,
    `const shared = require('./${SHARED}');`,
    `module.exports = { ${names.map((name) => `${name}: shared.${name}`).join(', ')} };`,
    exportNames(names),
  ];
  mkdirSync(join(folder, BUNDLE), { recursive: true });
  writeFileSync(join(folder, BUNDLE, entry), `${lines.join('\n')}\n`);
}

async function bundle(folder, file, input) {
  await build({
    ...input,
    outfile: join(folder, BUNDLE, file),
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    packages: 'external',
    // An entry apart takes what it shares with the others from there.
    external: APART.includes(file) ? ['./adapter.js'] : [],
    ...(file !== SHARED && { footer: { js: exportNames(namesOf(folder, file)) } }),
    logLevel: 'warning',
  });
}

function compiled(folder, entry) {
  return join(process.cwd(), folder, 'dist', entry);
}

function namesOf(folder, entry) {
  return Object.keys(require(compiled(folder, entry)));
}

/** Tells ES modules what they can import by name: Node finds it in the text, without running it. */
function exportNames(names) {
  return `0 && (module.exports = { ${names.join(', ')} });`;
}
