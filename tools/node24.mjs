// Node 24 beside the Node that is installed, with the native driver compiled for it, in .tmp/node24.
// Nothing is downloaded but packages. As a command it prints the folder of the node binary.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

// From 24.19 on the headers hook every native object's destructor, and better-sqlite3 12 (the newest that
// TypeORM takes) then aborts the process in a garbage collection. Its published builds have older headers,
// so their users do not see it; a build made here must have older headers too.
const VERSION = '~24.18.0';
const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const home = join(root, '.tmp', 'node24');
/** What the package `node` installs too, without its install script. */
const runtime = `node-${process.platform.replace('win32', 'win')}-${process.arch}`;
const runtimeFolder = join(home, 'node_modules', runtime);
const bin = join(runtimeFolder, 'bin');
const driver = join(home, 'node_modules', 'better-sqlite3');

/**
 * @returns `bin`: folder of the node binary; `env`: environment in which `node` and `npm` are of Node 24;
 *   `driver`: better-sqlite3 of the root's version, built for it
 */
export function node24() {
  const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` };
  if (!existsSync(join(driver, 'build', 'Release', 'better_sqlite3.node'))) {
    install();
    // Its own headers: those of the installed Node would give a build that does not load.
    npm(['rebuild', 'better-sqlite3', '--foreground-scripts'], {
      ...env,
      npm_config_nodedir: runtimeFolder,
      npm_config_build_from_source: 'true',
    });
  }
  return { bin, env, driver };
}

function install() {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const dependencies = {
    [runtime]: VERSION,
    'better-sqlite3': packages['node_modules/better-sqlite3'].version,
  };
  mkdirSync(home, { recursive: true });
  writeFileSync(
    join(home, 'package.json'),
    JSON.stringify({ private: true, dependencies, allowScripts: { 'better-sqlite3': true } }),
  );
  npm(['install', '--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock'], process.env);
}

function npm(args, env) {
  const { status, stdout, stderr } = spawnSync('npm', args, { cwd: home, env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`npm ${args.join(' ')} failed in ${home}:\n${stdout}${stderr}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(node24().bin);
