import { deepStrictEqual, strictEqual } from 'node:assert';
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { collect, ended, sh } from './sh.mjs';

const inspector = join(dirname(fileURLToPath(import.meta.url)), 'inspect.cjs');
const START_LIMIT_MS = 60_000;

const applied = {
  audit: [
    'create-greetings STARTED',
    'create-greetings EXECUTED',
    'add-greetings STARTED',
    'add-greetings EXECUTED',
  ],
  greetings: ['Hello', 'Hallo', 'Hej'],
  services: ['consumer'],
};

/** First start: applies, serves, says that its changes are in order, ends on SIGTERM. */
export async function startAndApply(consumer, place) {
  const output = await serveOnce(consumer, place, assertHealthyAndShown);
  strictEqual(output.includes('no traces and metrics'), consumer.telemetry === undefined, output);
  const { audit, greetings, locks } = await inspect(consumer, place);
  deepStrictEqual({ audit, greetings, services: locks.map(({ service }) => service) }, applied);
}

/** Second start: nothing runs, and the lock is not even taken. */
export async function startAgain(consumer, place) {
  const before = await inspect(consumer, place);
  await serveOnce(consumer, place, assertShown);
  deepStrictEqual(await inspect(consumer, place), before);
}

/** Starts what Nest's webpack makes: one file, with the packages beside it. */
export async function startBundled(consumer, place) {
  const { project, tools } = place;
  const nest = join('node_modules', '@nestjs', 'cli', 'bin', 'nest.js');
  await sh('node', [nest, 'build', '--webpack'], { cwd: project, env: tools.env[consumer.node] });
  deepStrictEqual(
    readdirSync(join(project, 'dist')).filter((name) => name.endsWith('.js')),
    ['main.js'],
  );
  await startAgain(consumer, place);
}

/** Starts the service, which applies exactly these changes. */
export const startThatApplies =
  (...ids) =>
  async (consumer, place) => {
    const output = await serveOnce(consumer, place);
    const executed = [...output.matchAll(/executed {2}\S+ \/ \d+ \/ (\S+)/g)].map(([, id]) => id);
    deepStrictEqual(executed, ids);
  };

async function assertHealthyAndShown(url) {
  const { details } = await (await fetch(`${url}health`)).json();
  deepStrictEqual(details.flamingock, { applied: 2, pending: 0, status: 'up' });
  await assertShown(url);
}

/** The dashboard gives its page, the files of it and what it shows to an operator, and nothing to others. */
async function assertShown(url) {
  const from = (path, headers = { 'x-operator': 'ann' }) => fetch(`${url}flamingock/${path}`, { headers });
  strictEqual((await from('index.html', {})).status, 403);
  const page = await (await from('index.html')).text();
  const [, script] = /<script [^>]*src="\.\/([^"]+)"/.exec(page) ?? [];
  strictEqual((await from(script)).status, 200, page);
  const { changes } = await (await from('api/changes')).json();
  deepStrictEqual(
    changes.slice(0, 2).map(({ changeId, state }) => [changeId, state]),
    [
      ['create-greetings', 'EXECUTED'],
      ['add-greetings', 'EXECUTED'],
    ],
  );
}

/** Resolves to what the service has printed; `ask` is called with its address meanwhile. */
export async function serveOnce({ node }, { project, tools, database }, ask = () => Promise.resolve()) {
  const port = await freePort();
  const env = { ...tools.env[node], PORT: String(port), APP_DB: database, FLAMINGOCK_SERVICE: 'consumer' };
  const child = spawn('node', ['dist/main'], { cwd: project, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = collect(child);
  const end = ended(child);
  try {
    const url = `http://127.0.0.1:${port}/`;
    const response = await firstResponse(url, output, end);
    deepStrictEqual([response.status, await response.text()], [200, 'Hello World!']);
    await ask(url);
  } finally {
    child.kill('SIGTERM');
    await end;
  }
  return output.all();
}

async function firstResponse(url, output, end) {
  const deadline = Date.now() + START_LIMIT_MS;
  let over = false;
  void end.then(() => (over = true));
  for (;;) {
    const response = await fetch(url).catch(() => undefined);
    if (response) return response;
    if (over) throw new Error(`it ended instead of serving:\n${output.all()}`);
    if (Date.now() > deadline) throw new Error(`not serving after ${START_LIMIT_MS} ms:\n${output.all()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function inspect({ node }, { project, tools, database }) {
  return JSON.parse(await sh('node', [inspector, database], { cwd: project, env: tools.env[node] }));
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
