// node bundle.mjs <bundler> <folder>: builds the compiled application and its command into one file each.
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import webpack from 'webpack';
import { absentLeftOut } from '../../support/programs/absent-left-out.mjs';

const SOURCES = resolve('test/apps/e2e/dist/apps/e2e/fixtures/bundled');
const ENTRIES = { main: join(SOURCES, 'main.js'), cli: join(SOURCES, 'cli.js') };
/** Code that is no JavaScript. */
const NATIVE = ['better-sqlite3'];

/** TypeORM asks for drivers by names that webpack cannot see: it stays a package. */
const PACKAGES = [...NATIVE, 'typeorm'];

const BUNDLERS = {
  esbuild: (folder) => withEsbuild(folder, { keepNames: true }),
  'esbuild-anew': (folder) => withEsbuild(folder, { keepNames: false }),
  webpack: withWebpack,
};
const [, , bundler, folder] = process.argv;
await BUNDLERS[bundler](folder);

async function withEsbuild(outdir, names) {
  await build({
    ...names,
    entryPoints: ENTRIES,
    outdir,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    minify: true,
    // Nest 12 has ES modules, which ask for their own URL.
    define: { 'import.meta.url': 'OWN_URL' },
    banner: { js: "const OWN_URL = require('node:url').pathToFileURL(__filename).href;" },
    plugins: [absentLeftOut(NATIVE)],
    logLevel: 'error',
  });
}

/** The command that messages print is put in as the bundle is built. */
async function withWebpack(folder) {
  await pack(folder);
  await build({
    entryPoints: [join(folder, '*.js')],
    outdir: folder,
    allowOverwrite: true,
    platform: 'node',
    target: 'node20',
    minify: true,
    logLevel: 'error',
  });
}

function pack(path) {
  const command = { 'process.env.FLAMINGOCK_CLI': JSON.stringify('node dist/cli.js') };
  const configuration = {
    mode: 'production',
    target: 'node20',
    // One of the two: webpack takes its time.
    entry: { cli: ENTRIES.cli },
    output: { path, filename: '[name].js', libraryTarget: 'commonjs2' },
    externals: ({ request, context }, answer) =>
      answer(null, isLeftOut(request, context) ? `commonjs ${request}` : undefined),
    plugins: [new webpack.DefinePlugin(command)],
    performance: false,
    // Its own minifier takes minutes for what esbuild does in a second.
    optimization: { minimize: false },
  };
  return new Promise((built, failed) => {
    webpack(configuration, (error, stats) => {
      const problem = error ?? stats.compilation.errors[0];
      if (problem) failed(problem);
      else built();
    });
  });
}

function isLeftOut(request, context) {
  if (PACKAGES.includes(request)) return true;
  if (/^[./]|^node:/.test(request)) return false;
  try {
    createRequire(join(context, 'any.js')).resolve(request);
    return false;
  } catch (error) {
    return error.code === 'MODULE_NOT_FOUND';
  }
}
