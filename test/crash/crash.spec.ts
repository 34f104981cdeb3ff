import { jest } from '@jest/globals';
import { boot } from '../e2e/boot.js';
import type { FixtureOptions } from '../e2e/fixture/app.module.js';
import { describeOn } from '../services/describe-on.js';
import { mongoDatabase } from '../support/mongo-database.js';
import { mariadbDatabase, postgresDatabase, sqliteFile } from '../support/sql-database.js';
import { interrupt, type Pair, type Scenario, type Trial } from './trial.js';

jest.setTimeout(3_600_000);

/** `CRASH_POINTS=all` interrupts at every point; otherwise at one of so many, another one in each suite. */
const STRIDE = process.env['CRASH_POINTS'] === 'all' ? 1 : 29;

/** How many instances are interrupted at a time. */
const SIDE_BY_SIDE = 3;

/** Leaves "publish" in a state that needs a person. */
async function failToPublish(options: FixtureOptions): Promise<void> {
  const settings = { ...options.settings, timeouts: { changeMs: 100, graceMs: 0 } };
  await boot({ ...options, settings, behaviour: 'hang:half of publish' }).catch(() => undefined);
}

const APPLY: Scenario = { title: 'applying changes', instance: {} };
const ROLL_BACK: Scenario = {
  title: 'taking back a change without a transaction',
  instance: { behaviour: 'throw:half of publish' },
};
const ABORT: Scenario = {
  title: 'recording a transaction that was rolled back',
  instance: { behaviour: 'throw:inside the transaction' },
};
const UNDO: Scenario = {
  title: 'undoing a change',
  instance: { operation: 'undo last-notes' },
  prepare: boot,
};
const FIX: Scenario = {
  title: 'fixing an issue',
  instance: { operation: 'fix publish' },
  prepare: failToPublish,
};

/** Runs trials at every `STRIDE`-th point until an instance passes them all. */
async function matrix(pair: Pair, scenario: Scenario, signal: 'SIGKILL' | 'SIGSTOP'): Promise<Trial[]> {
  const trials: Trial[] = [];
  let next = (pair.title.length + scenario.title.length) % STRIDE;
  let hasEnded = false;
  const work = async (): Promise<void> => {
    while (!hasEnded) {
      const at = next;
      next += STRIDE;
      const trial = await interrupt(pair, scenario, at, signal);
      trials.push(trial);
      hasEnded ||= trial.point === undefined;
    }
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, work));
  return trials.filter(({ point }) => point !== undefined);
}

const rows: string[] = [];
afterAll(() => {
  process.stdout.write(
    ['stores | in the middle of | by | points | for a person | faults', ...rows, ''].join('\n'),
  );
});

function crashSuite(pair: Pair, pauses: readonly Scenario[]): void {
  const test = (scenario: Scenario, signal: 'SIGKILL' | 'SIGSTOP') => async () => {
    const trials = await matrix(pair, scenario, signal);
    const faulty = trials.filter(({ faults }) => faults.length > 0);
    const people = trials.filter(({ neededPerson }) => neededPerson).length;
    rows.push(
      `${pair.title} | ${scenario.title} | ${signal} | ${trials.length} | ${people} | ${faulty.length}`,
    );
    expect(faulty).toEqual([]);
    expect(trials.length).toBeGreaterThan(0);
  };
  for (const scenario of [APPLY, ROLL_BACK, ABORT, UNDO, FIX]) {
    it(`leaves what is recorded, and the next start goes on: ${scenario.title}`, test(scenario, 'SIGKILL'));
  }
  for (const scenario of pauses) {
    it(`changes nothing once another has taken over: ${scenario.title}`, test(scenario, 'SIGSTOP'));
  }
}

const suite = (pair: Pair, pauses: readonly Scenario[] = [APPLY, ROLL_BACK, ABORT]) =>
  describe(`an instance that is killed or stopped, ${pair.title}`, () => crashSuite(pair, pauses));

// A transaction that is open on SQLite keeps everybody out for as long as its process is stopped.
suite({ title: 'SQLite', createAudit: sqliteFile }, []);
suite({ title: 'two SQLite files', createAudit: sqliteFile, createTarget: sqliteFile }, []);

await describeOn(['postgres', 'mariadb', 'mongodb'], 'on servers', ({ postgres, mariadb, mongodb }) => {
  const onPostgres = postgresDatabase(postgres);
  const onMariadb = mariadbDatabase(mariadb);
  const onMongodb = mongoDatabase(mongodb);
  suite({ title: 'PostgreSQL', createAudit: onPostgres });
  suite({ title: 'MariaDB', createAudit: onMariadb });
  suite({ title: 'MongoDB', createAudit: onMongodb });
  suite({ title: 'PostgreSQL and MariaDB', createAudit: onPostgres, createTarget: onMariadb });
  suite({ title: 'PostgreSQL and MongoDB', createAudit: onPostgres, createTarget: onMongodb });
  suite({ title: 'MongoDB and PostgreSQL', createAudit: onMongodb, createTarget: onPostgres });
});
