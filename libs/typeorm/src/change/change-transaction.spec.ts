import { TransactionControlError, ChangeEndedError } from '@nestjs-flamingock/core';
import type { Handles } from '@nestjs-flamingock/core/adapter';
import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import { describeOnEngines, type OpenDatabase } from '../fixtures/describe-engines.js';
import { Note } from '../fixtures/note.entity.js';
import { keysOf, note } from '../fixtures/notes.js';
import { CHANGE, managerOf, targetSystem } from '../fixtures/open.js';
import type { TestDatabase } from '../fixtures/test-database.js';
import { QUERY_RUNNER } from '../inject-query-runner.decorator.js';
import type { TypeOrmTargetSystem } from '../target/typeorm.target-system.js';

let database: TestDatabase;
let dataSource: DataSource;
let reader: DataSource;
let target: TypeOrmTargetSystem;

async function setUp(open: OpenDatabase): Promise<void> {
  database = await open();
  dataSource = await database.connect();
  reader = await database.connect();
  target = targetSystem(dataSource);
}

afterEach(async () => {
  await target.close();
  await database.remove();
});

const keys = (): Promise<string[]> => keysOf(reader);
const runnerOf = (handles: Handles): QueryRunner => handles.get(QUERY_RUNNER) as QueryRunner;

const attempts: Record<string, (runner: QueryRunner) => Promise<unknown>> = {
  commitTransaction: (runner) => runner.commitTransaction(),
  rollbackTransaction: (runner) => runner.rollbackTransaction(),
  COMMIT: (runner) => runner.query('COMMIT'),
  'ROLLBACK in lower case and behind a comment': (runner) => runner.query('/* x */ rollback;'),
  'COMMIT through the DataSource': () => dataSource.query('  COMMIT TRANSACTION'),
};

await describeOnEngines('the transaction of a change', (open) => {
  beforeEach(() => setUp(open));

  for (const [title, end] of Object.entries(attempts)) {
    it(`refuses ${title}`, async () => {
      const outcome = await target.transaction(CHANGE, async (handles) => {
        await managerOf(handles).save(Note, note('x'));
        await expect(end(runnerOf(handles))).rejects.toBeInstanceOf(TransactionControlError);
        expect(await keys()).toEqual([]);
      });
      expect(outcome).toEqual({ status: 'committed' });
      expect(await keys()).toEqual(['x']);
    });
  }

  it('tells a commit that a subscriber failed after from one that failed', async () => {
    dataSource.subscribers.push({ afterTransactionCommit: () => Promise.reject(new RangeError()) });
    const outcome = await target.transaction(CHANGE, async (handles) => {
      await managerOf(handles).save(Note, note('x'));
    });
    expect(outcome).toEqual({ status: 'committed' });
    expect(await keys()).toEqual(['x']);
  });
});

await describeOnEngines('after a change has ended', (open) => {
  beforeEach(() => setUp(open));

  async function late(statement: (kept: EntityManager, runner: QueryRunner) => Promise<unknown>) {
    let kept: Handles | undefined;
    await target.transaction(CHANGE, (handles) => Promise.resolve(void (kept = handles)));
    return statement(managerOf(kept ?? new Map()), runnerOf(kept ?? new Map()));
  }

  it('refuses a kept manager, repository and runner, and names the change', async () => {
    const naming = { constructor: ChangeEndedError, changeId: CHANGE.changeId };
    await expect(late((manager) => manager.save(Note, note('x')))).rejects.toMatchObject(naming);
    await expect(late((manager) => manager.getRepository(Note).save(note('x')))).rejects.toMatchObject(
      naming,
    );
    await expect(late((manager) => manager.find(Note))).rejects.toMatchObject(naming);
    await expect(late((_, runner) => runner.query('SELECT 1'))).rejects.toMatchObject(naming);
    await expect(late((_, runner) => runner.startTransaction())).rejects.toMatchObject(naming);
    await expect(late((manager) => manager.transaction(() => Promise.resolve()))).rejects.toMatchObject(
      naming,
    );
    expect(await keys()).toEqual([]);
  });

  it('refuses the statement of a promise that nobody awaited', async () => {
    let floating: Promise<unknown> | undefined;
    await target.transaction(CHANGE, async () => {
      floating = new Promise((resolve) => setTimeout(resolve, 20)).then(() =>
        dataSource.getRepository(Note).save(note('late')),
      );
      floating.catch(() => undefined);
    });
    await expect(floating).rejects.toBeInstanceOf(ChangeEndedError);
    expect(await keys()).toEqual([]);
  });

  it('leaves the application alone outside of changes', async () => {
    await target.transaction(CHANGE, async () => {});
    await dataSource.getRepository(Note).save(note('of the application'));
    expect(await keys()).toEqual(['of the application']);
  });
});
