// Puts each program that tests start as a process into one file, with all that it loads except native code:
// tests start hundreds of them, and loading two thousand files takes longer than what they do.
import { rmSync } from 'node:fs';
import { build } from 'esbuild';
import { absentLeftOut } from './absent-left-out.mjs';

const OUT = 'test/support/programs/dist';
const PROGRAMS = {
  e2e: 'test/apps/e2e/dist/apps/e2e/fixtures/main.js',
  serve: 'test/apps/e2e/dist/apps/e2e/fixtures/serve.js',
  watched: 'test/apps/e2e/dist/apps/e2e/fixtures/watched.js',
  contention: 'test/proof/contention/dist/proof/contention/fixtures/main.js',
  gated: 'test/proof/contention/dist/proof/contention/fixtures/gated.js',
  outage: 'test/proof/contention/dist/proof/contention/fixtures/outage.js',
  redis: 'test/apps/redis/dist/main.js',
  'custom-target': 'test/apps/custom-target/dist/main.js',
  http: 'test/apps/http/dist/main.js',
};
const NATIVE = ['better-sqlite3'];

// Also the compiled code that earlier bundles have left.
rmSync(OUT, { recursive: true, force: true });
await build({
  entryPoints: PROGRAMS,
  outdir: OUT,
  outExtension: { '.js': '.cjs' },
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  minifyWhitespace: true,
  keepNames: true,
  define: { 'import.meta.url': 'OWN_URL' },
  banner: { js: "const OWN_URL = require('node:url').pathToFileURL(__filename).href;" },
  plugins: [absentLeftOut(NATIVE), { name: 'members', setup: importMembers }],
  logLevel: 'warning',
});

/** Mongoose asks whether it is called as a member of itself: to ES modules it is not, except in a bundle. */
function importMembers(building) {
  building.onResolve({ filter: /^mongoose$/ }, ({ path, kind }) =>
    kind === 'import-statement' ? { path, namespace: 'members' } : undefined,
  );
  building.onLoad({ filter: /.*/, namespace: 'members' }, ({ path }) => ({
    contents: `module.exports = { ...require('${path}') };`,
    resolveDir: process.cwd(),
  }));
}
