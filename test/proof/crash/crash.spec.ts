import { jest } from '@jest/globals';
import { boot } from '../../apps/e2e/boot.js';
import type { FixtureOptions } from '../../apps/e2e/fixtures/app.module.js';
import { describeOn } from '../../support/services/describe-on.js';
import { FileNotes } from '../../support/file-notes.js';
import { KafkaNotes } from '../../support/kafka-notes.js';
import { mongoDatabase } from '../../support/mongo-database.js';
import { SearchNotes } from '../../support/search-notes.js';
import { RedisNotes } from '../../support/redis-notes.js';
import { S3Notes } from '../../support/s3-notes.js';
import { mariadbDatabase, postgresDatabase, sqliteFile } from '../../support/sql-database.js';
import { interrupt, type Pair, type Scenario, type Trial } from './trial.js';

jest.setTimeout(3_600_000);

/** Interrupts at one point of so many. Without it, some scenarios are interrupted at one point each. */
const { CRASH_STRIDE } = process.env;
const SAMPLED = 5;

/** How many instances are interrupted at a time. */
const SIDE_BY_SIDE = 3;

/** Leaves "publish" in a state that needs a manual check. */
async function failToPublish(options: FixtureOptions): Promise<void> {
  const settings = { ...options.settings, timeouts: { changeMs: 100, graceMs: 0 } };
  await boot({ ...options, settings, behaviour: 'hang:half of publish' }).catch(() => undefined);
}

const APPLY: Scenario = { title: 'applying changes', points: 60, instance: {} };
const ABORT: Scenario = {
  title: 'recording a transaction that was rolled back',
  points: 30,
  instance: { behaviour: 'throw:inside the transaction' },
};
const ROLL_BACK: Scenario = {
  title: 'taking back a change without a transaction',
  points: 48,
  instance: { behaviour: 'throw:half of publish' },
};
const ROLLBACK_FAILS: Scenario = {
  title: 'failing to take it back',
  points: 47,
  instance: { behaviour: 'throw:half of publish,throw:rollback of publish' },
};
const RETRY: Scenario = {
  title: 'failing in a change that may be retried',
  points: 50,
  instance: { behaviour: 'throw:half of warm-up' },
};
const UNDO: Scenario = {
  title: 'undoing a transactional change',
  points: 29,
  instance: { operation: 'undo last-notes' },
  prepare: boot,
  meanwhile: (flamingock) => flamingock.undo({ changeId: 'last-notes' }, { reason: 'test' }),
};
const UNDO_PUBLISH: Scenario = {
  title: 'undoing a change without a transaction',
  points: 25,
  instance: { operation: 'undo publish' },
  prepare: boot,
  meanwhile: (flamingock) => flamingock.undo({ changeId: 'publish' }, { reason: 'test' }),
};
const FIX: Scenario = {
  title: 'fixing an issue',
  points: 16,
  instance: { operation: 'fix publish' },
  prepare: failToPublish,
};
const SHARE: Scenario = {
  title: 'applying changes that share a commit',
  points: 20,
  isSharing: true,
  instance: {},
  prepare: (options) => boot({ ...options, changeCount: 4 }),
};
const SHARED_FAILS: Scenario = {
  title: 'failing in a change that shares a commit',
  points: 20,
  isSharing: true,
  instance: { behaviour: 'throw:sharing five' },
  prepare: (options) => boot({ ...options, changeCount: 4 }),
};
const STEPS: Scenario = {
  title: 'applying a change made of steps',
  points: 30,
  isStepwise: true,
  instance: {},
  prepare: (options) => boot({ ...options, changeCount: 4 }),
};
const STEP_FAILS: Scenario = {
  title: 'taking back a change made of steps',
  points: 40,
  isStepwise: true,
  instance: { behaviour: 'throw:parcel green' },
  prepare: (options) => boot({ ...options, changeCount: 4 }),
};
const SHARING = [SHARE, SHARED_FAILS];
const SCENARIOS = [
  APPLY,
  ABORT,
  ROLL_BACK,
  ROLLBACK_FAILS,
  RETRY,
  UNDO,
  UNDO_PUBLISH,
  FIX,
  STEPS,
  STEP_FAILS,
];

type Signal = 'SIGKILL' | 'SIGSTOP';

/** Interrupts at every `stride`-th point, until an instance passes them all. */
async function matrix(pair: Pair, scenario: Scenario, signal: Signal, stride: number): Promise<Trial[]> {
  const trials: Trial[] = [];
  let next = (pair.title.length + scenario.title.length) % Math.min(stride, scenario.points);
  let hasEnded = false;
  const work = async (): Promise<void> => {
    while (!hasEnded) {
      const at = next;
      next += stride;
      const trial = await interrupt(pair, scenario, at, signal);
      trials.push(trial);
      hasEnded ||= trial.point === undefined;
    }
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, work));
  return trials.filter(({ point }) => point !== undefined);
}

let seen = 0;

/** One in so many scenarios, each at another of its points. */
function sample(pair: Pair, scenario: Scenario, signal: Signal): (() => Promise<Trial[]>) | undefined {
  seen += 1;
  const at = (seen * 17) % scenario.points;
  return seen % SAMPLED === 0 ? async () => [await interrupt(pair, scenario, at, signal)] : undefined;
}

/** Printed one by one: all of them together take hours. */
const print = (...cells: readonly unknown[]): void => void process.stdout.write(`${cells.join(' | ')}\n`);
beforeAll(() => print('stores', 'in the middle of', 'by', 'points', 'manual checks', 'faults'));

function crashSuite(pair: Pair, pauses: readonly Scenario[], kills: readonly Scenario[]): void {
  const test = (title: string, scenario: Scenario, signal: Signal): void => {
    const attempt = CRASH_STRIDE
      ? () => matrix(pair, scenario, signal, Number(CRASH_STRIDE))
      : sample(pair, scenario, signal);
    if (!attempt) return;
    it(`${title}: ${scenario.title}`, async () => {
      const trials = await attempt();
      const faulty = trials.filter(({ faults }) => faults.length > 0);
      const people = trials.filter(({ neededPerson }) => neededPerson).length;
      print(pair.title, scenario.title, signal, trials.length, people, faulty.length);
      expect(faulty).toEqual([]);
      expect(trials.map(({ point }) => point)).not.toContain(undefined);
      expect(trials.length).toBeGreaterThan(0);
    });
  };
  for (const scenario of kills) {
    test('leaves what is recorded, and the next start goes on', scenario, 'SIGKILL');
  }
  for (const scenario of pauses) {
    test('changes nothing once another has taken over', scenario, 'SIGSTOP');
  }
}

const suite = (pair: Pair, pauses: readonly Scenario[] = SCENARIOS, kills = pauses) =>
  describe(`an instance that is killed or stopped, ${pair.title}`, () => crashSuite(pair, pauses, kills));

// A transaction that is open on SQLite keeps everybody out for as long as its process is stopped.
suite({ title: 'SQLite', createAudit: sqliteFile }, [], [...SCENARIOS, ...SHARING]);
suite({ title: 'two SQLite files', createAudit: sqliteFile, createTarget: sqliteFile }, [], SCENARIOS);
suite({ title: 'SQLite and files', createAudit: sqliteFile, createTarget: FileNotes.in() }, [], SCENARIOS);

const SERVERS = ['postgres', 'mariadb', 'mongodb', 'redis', 'kafka'] as const;
await describeOn(SERVERS, 'on servers', ({ postgres, mariadb, mongodb, redis, kafka }) => {
  const onPostgres = postgresDatabase(postgres);
  const onMariadb = mariadbDatabase(mariadb);
  const onMongodb = mongoDatabase(mongodb);
  suite({ title: 'PostgreSQL', createAudit: onPostgres }, [...SCENARIOS, ...SHARING]);
  suite({ title: 'MariaDB', createAudit: onMariadb }, [...SCENARIOS, ...SHARING]);
  suite({ title: 'MongoDB', createAudit: onMongodb });
  suite({ title: 'PostgreSQL and MariaDB', createAudit: onPostgres, createTarget: onMariadb });
  suite({ title: 'PostgreSQL and MongoDB', createAudit: onPostgres, createTarget: onMongodb });
  suite({ title: 'MongoDB and PostgreSQL', createAudit: onMongodb, createTarget: onPostgres });
  suite({ title: 'PostgreSQL and Redis', createAudit: onPostgres, createTarget: RedisNotes.on(redis) });
  suite({ title: 'MongoDB and Redis', createAudit: onMongodb, createTarget: RedisNotes.on(redis) });
  suite({ title: 'PostgreSQL and files', createAudit: onPostgres, createTarget: FileNotes.in() });
  suite({ title: 'MariaDB and Kafka', createAudit: onMariadb, createTarget: KafkaNotes.on(kafka) });
});

await describeOn(['postgres', 'seaweedfs'], 'on a store of objects', ({ postgres, seaweedfs }) => {
  const createTarget = S3Notes.on(seaweedfs);
  suite({ title: 'SQLite and S3', createAudit: sqliteFile, createTarget }, [], SCENARIOS);
  suite({ title: 'PostgreSQL and S3', createAudit: postgresDatabase(postgres), createTarget });
});

await describeOn(['opensearch', 'postgres'], 'on OpenSearch', ({ opensearch, postgres }) => {
  const createTarget = SearchNotes.on(opensearch);
  suite({ title: 'SQLite and OpenSearch', createAudit: sqliteFile, createTarget }, [], SCENARIOS);
  suite({ title: 'PostgreSQL and OpenSearch', createAudit: postgresDatabase(postgres), createTarget });
});
