import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { CreateDatabase, TestDatabase } from '../../support/test-database.js';
import { describeOn } from '../../support/services/describe-on.js';
import { mongoDatabase } from '../../support/mongo-database.js';
import { postgresDatabase, sqliteFile } from '../../support/sql-database.js';
import { startProgram, type Instance } from './fixture-process.js';
import type { WatchedOptions } from './fixtures/watched.js';

/** How long the change takes; a minute shows what a user would see. */
const CHANGE_MS = Number(process.env['PROBES_CHANGE_MS'] ?? 4_000);
/** Between two rounds of questions, in milliseconds. */
const ROUND_MS = 150;

interface Answer {
  /** `undefined`: nobody listened, or nobody answered. */
  readonly status: number | undefined;
  readonly text: string;
}

interface Readiness {
  readonly state: string;
  readonly pending?: number;
  readonly change?: { readonly id: string; readonly progress?: { readonly percent: number } };
  readonly holder?: { readonly change?: Readiness['change'] };
}

/** What was answered in one round, in this order. */
interface Round {
  readonly live: Answer;
  readonly ready: Answer;
  readonly served: Answer;
}

let database: TestDatabase;
const instances: Instance[] = [];
afterEach(async () => {
  for (const instance of instances.splice(0)) {
    instance.kill('SIGTERM');
    await instance.exit;
  }
  await database.drop();
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function ask(port: number, path: string): Promise<Answer> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(1_000) });
    return { status: response.status, text: await response.text() };
  } catch {
    return { status: undefined, text: '' };
  }
}

/** Starts an instance, and asks it until it serves. */
async function watchStart(
  options: Omit<WatchedOptions, 'port' | 'audit' | 'changeMs' | 'steps'>,
  ports: { readonly probe: number; readonly application: number },
): Promise<Round[]> {
  const settings = { ...options.settings, probe: { port: ports.probe, ...options.settings?.probe } };
  const instance = startProgram('watched', {
    ...options,
    audit: database.options,
    port: ports.application,
    changeMs: CHANGE_MS,
    steps: 40,
    settings,
  } satisfies WatchedOptions);
  instances.push(instance);
  const end = { isOver: false };
  void instance.exit.then(() => (end.isOver = true));
  const rounds: Round[] = [];
  while (!end.isOver) {
    const live = await ask(ports.probe, '/livez');
    const ready = await ask(ports.probe, '/readyz');
    const served = await ask(ports.application, '/served');
    rounds.push({ live, ready, served });
    if (served.status === 200) return rounds;
    await pause(ROUND_MS);
  }
  throw new TypeError(`it ended: ${(await instance.exit).stderr}`);
}

const readings = (rounds: readonly Round[]): Readiness[] =>
  rounds.flatMap(({ ready }) => (ready.status === 503 ? [JSON.parse(ready.text) as Readiness] : []));
/** From the first answer on, up to the round in which the application serves. */
const answered = (rounds: readonly Round[]) =>
  rounds.slice(
    rounds.findIndex(({ live }) => live.status !== undefined),
    -1,
  );

function probeSuite(createDatabase: CreateDatabase, isTransactional: boolean): void {
  beforeEach(async () => {
    database = await createDatabase();
  });

  it('are alive from the first answer on, and unready with percents until they serve, at one port for both', async () => {
    const port = await freePort();
    const rounds = await watchStart({ isTransactional }, { probe: port, application: port });
    const before = answered(rounds);
    // In the very moment between the two servers nobody listens.
    const silent = before.filter(({ live }) => live.status !== 200);
    expect(silent.length).toBeLessThanOrEqual(1);
    const seen = readings(rounds);
    expect(seen.map(({ state }) => state)).toContain('applying');
    const percents = seen.flatMap(({ change }) => change?.progress?.percent ?? []);
    expect(percents.length).toBeGreaterThan(3);
    expect(percents).toEqual([...percents].sort((a, b) => a - b));
    expect(new Set(percents).size).toBeGreaterThan(2);
    expect(seen.filter(({ change }) => change?.progress).every(({ change }) => change?.id === 'fill')).toBe(
      true,
    );
  });

  it('say in those that wait what the other one does, and are ready once they serve', async () => {
    const ports = async () => ({ probe: await freePort(), application: await freePort() });
    const roles = ['both', 'both', 'wait'] as const;
    const all = await Promise.all(roles.map(async (role) => ({ role, ports: await ports() })));
    const both = await Promise.all(
      all.map((one) =>
        watchStart({ isTransactional, settings: { role: one.role, probe: { keepOpen: true } } }, one.ports),
      ),
    );
    for (const rounds of both) expect(answered(rounds).every(({ live }) => live.status === 200)).toBe(true);
    const waiting = both.flatMap(readings).filter(({ state }) => state === 'waiting');
    expect(waiting.length).toBeGreaterThan(0);
    const told = waiting.flatMap(({ holder }) => holder?.change ?? []);
    // While SQLite's one writer is in its transaction, nothing else can be written.
    const canTell = !(isTransactional && database.hasOneWriter);
    const byRole = both.at(-1) ?? [];
    expect(readings(byRole).map(({ state }) => state)).not.toContain('applying');
    if (canTell) {
      expect(readings(byRole).flatMap(({ holder }) => holder?.change ?? []).length).toBeGreaterThan(0);
      expect(told.length).toBeGreaterThan(0);
      expect(told.at(-1)).toMatchObject({ id: 'fill' });
    } else expect(told).toEqual([]);
    for (const { probe } of all.map((one) => one.ports)) {
      expect(await ask(probe, '/readyz')).toMatchObject({ status: 200 });
      expect((await ask(probe, '/metrics')).text).toContain(
        'flamingock_state{service="watched",state="ready"} 1',
      );
    }
  });
}

describe('probes of processes on SQLite', () => probeSuite(sqliteFile, false));
describe('probes of processes on SQLite, in a transaction', () => probeSuite(sqliteFile, true));
await describeOn(['postgres'], 'probes of processes on PostgreSQL, in a transaction', ({ postgres }) =>
  probeSuite(postgresDatabase(postgres), true),
);
await describeOn(['mongodb'], 'probes of processes on MongoDB, in a transaction', ({ mongodb }) =>
  probeSuite(mongoDatabase(mongodb), true),
);
