// npm run test:mutation [-- --force] [room ...]: alters the rooms of libs/core one place at a time, with Stryker,
// runs the room's specs on each alteration, and prints how many of them the specs noticed. Results are kept in
// .tmp/mutation, and what is unchanged since is not tried again; --force tries everything.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { node24 } from '../../../tools/node24.mjs';
import { rooms } from './rooms.mjs';
import { row, table } from './table.mjs';

/** Percentage of the alterations of each room that its specs have to notice. */
const LOWEST_SCORE = 90;
const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, '..', '..', '..');
const home = join(root, '.tmp', 'mutation');
const stryker = join(home, 'node_modules', '@stryker-mutator', 'core', 'bin', 'stryker.js');

const args = process.argv.slice(2);
const chosen = args.filter((arg) => arg !== '--force');
const unknown = chosen.filter((name) => !(name in rooms));
if (unknown.length > 0)
  throw new Error(`no such room: ${unknown.join(', ')}; there are ${Object.keys(rooms)}`);

// Stryker 10 needs a newer Node than the one that the libraries support first.
const { env } = node24();
install();
const rows = (chosen.length > 0 ? chosen : Object.keys(rooms)).map(tryRoom);
console.log(`\n${table(rows)}`);
const low = rows.filter(({ score }) => score < LOWEST_SCORE).map(({ room }) => room);
if (low.length > 0) {
  console.log(`\nbelow ${LOWEST_SCORE} %: ${low.join(', ')}`);
  process.exitCode = 1;
}

/** Apart from the root's packages, which everybody who builds installs. */
function install() {
  const lock = join(home, 'package-lock.json');
  const wanted = readFileSync(join(here, 'package-lock.json'), 'utf8');
  if (existsSync(stryker) && readFileSync(lock, 'utf8') === wanted) return;
  mkdirSync(home, { recursive: true });
  for (const file of ['package.json', 'package-lock.json']) cpSync(join(here, file), join(home, file));
  run('npm', ['ci', '--prefix', home, '--ignore-scripts', '--no-audit', '--no-fund'], {});
}

function tryRoom(name) {
  const force = args.includes('--force') ? ['--force'] : [];
  console.log(`\n=== ${name}`);
  run('node', [stryker, 'run', join('test', 'proof', 'mutation', 'stryker.config.mjs'), ...force], {
    MUTATION_ROOM: name,
  });
  return row(name, JSON.parse(readFileSync(join(home, `${name}.json`), 'utf8')));
}

function run(command, parameters, variables) {
  const options = { cwd: root, env: { ...env, ...variables }, stdio: 'inherit' };
  const { status } = spawnSync(command, parameters, options);
  if (status !== 0) throw new Error(`${command} ended with ${status}`);
}
