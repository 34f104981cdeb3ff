// Puts what each entry of a library needs of it into one file: loading a hundred small ones takes an application
// that has nothing to apply longer than all the rest. Frameworks, drivers and other libraries stay outside.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { build } from 'esbuild';
import { libraries, manifest } from './pack.mjs';

const BUNDLE = './dist/bundle/';

const require = createRequire(import.meta.url);

for (const folder of libraries) {
  for (const { default: file } of Object.values(manifest(folder).exports)) {
    if (file?.startsWith(BUNDLE)) await bundle(folder, file.slice(BUNDLE.length));
  }
}

async function bundle(folder, file) {
  const compiled = join(process.cwd(), folder, 'dist', file);
  await build({
    entryPoints: [compiled],
    outfile: join(folder, BUNDLE, file),
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    packages: 'external',
    // Another entry takes what it shares with the first one from there: each class exists once.
    external: ['./index.js'],
    footer: { js: exportNames(Object.keys(require(compiled))) },
    logLevel: 'warning',
  });
}

/** Tells ES modules what they can import by name: Node finds it in the text, without running it. */
function exportNames(names) {
  return `0 && (module.exports = { ${names.join(', ')} });`;
}
