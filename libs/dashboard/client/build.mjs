// Builds the pages into dist/client: index.html, and files in assets/ whose names change with their contents.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const MOST_GZIPPED = 120 * 1024;
const here = dirname(fileURLToPath(import.meta.url));
const outdir = join(here, '..', 'dist', 'client');

rmSync(outdir, { recursive: true, force: true });
mkdirSync(outdir, { recursive: true });
const { metafile } = await build({
  entryPoints: { app: join(here, 'src/main.tsx'), style: join(here, 'src/style/style.css') },
  tsconfig: join(here, 'tsconfig.json'),
  outdir: join(outdir, 'assets'),
  entryNames: '[name]-[hash]',
  bundle: true,
  minify: true,
  format: 'esm',
  platform: 'browser',
  target: ['chrome111', 'firefox113', 'safari16.4'],
  charset: 'utf8',
  metafile: true,
  logLevel: 'warning',
  banner: { js: '/* Holds Preact, Copyright (c) 2015-present Jason Miller, MIT License. */' },
});

const assets = Object.keys(metafile.outputs).map((path) => basename(path));
const named = (extension) => assets.find((name) => name.endsWith(extension));
const page = readFileSync(join(here, 'index.html'), 'utf8')
  .replace('{{script}}', `./assets/${named('.js')}`)
  .replace('{{style}}', `./assets/${named('.css')}`);
writeFileSync(join(outdir, 'index.html'), page);

const files = ['index.html', ...assets.map((name) => join('assets', name))];
const sizes = files.map((file) => gzipSync(readFileSync(join(outdir, file))).length);
const gzipped = sizes.reduce((sum, size) => sum + size, 0);
if (gzipped > MOST_GZIPPED) {
  throw new Error(`The pages are ${gzipped} bytes gzipped, and may be ${MOST_GZIPPED}: leave something out.`);
}
console.log(`pages of the dashboard: ${(gzipped / 1024).toFixed(1)} kB gzipped`);
