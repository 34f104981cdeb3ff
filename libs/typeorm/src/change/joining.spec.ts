import { NestedTransactionError } from '@nestjs-flamingock/core';
import type { Handles } from '@nestjs-flamingock/core/adapter';
import type { DataSource, QueryRunner } from 'typeorm';
import { describeOnEngines, type OpenDatabase } from '../fixtures/describe-engines.js';
import { Note } from '../fixtures/note.entity.js';
import { insertOf, keysOf, note } from '../fixtures/notes.js';
import { CHANGE, managerOf, targetSystem } from '../fixtures/open.js';
import type { TestDatabase } from '../fixtures/test-database.js';
import { QUERY_RUNNER } from '../inject-query-runner.decorator.js';
import type { TypeOrmTargetSystem } from '../target/typeorm.target-system.js';
import { IsolationLevelError } from './isolation-level.error.js';

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

/** Everything by which a change, or the application's own services in it, can write. */
const ways: Record<string, (handles: Handles) => Promise<unknown>> = {
  'its entity manager': (handles) => managerOf(handles).save(Note, note('x')),
  'its query runner': (handles) => runnerOf(handles).manager.save(Note, note('x')),
  'a statement of its query runner': (handles) => runnerOf(handles).query(insertOf(dataSource, 'x')),
  'a repository of the application': () => dataSource.getRepository(Note).save(note('x')),
  'the manager of the DataSource': () => dataSource.manager.save(Note, note('x')),
  'a query builder': () => dataSource.createQueryBuilder().insert().into(Note).values(note('x')).execute(),
  'a statement of the DataSource': () => dataSource.query(insertOf(dataSource, 'x')),
  'a nested transaction': () => dataSource.transaction((manager) => manager.save(Note, note('x'))),
  'a query runner of its own': async () => {
    const runner = dataSource.createQueryRunner();
    await runner.connect();
    await runner.startTransaction();
    await runner.manager.save(Note, note('x'));
    await runner.commitTransaction();
    await runner.release();
  },
  'saves side by side': () =>
    Promise.all(['x', 'y', 'z'].map((key) => dataSource.getRepository(Note).save(note(key)))),
};

await describeOnEngines('everything inside a change joins its transaction', (open) => {
  beforeEach(() => setUp(open));

  for (const [title, write] of Object.entries(ways)) {
    it(`through ${title}`, async () => {
      const failed = await target.transaction(CHANGE, async (handles) => {
        await write(handles);
        expect(await keys()).toEqual([]);
        throw new RangeError('after the write');
      });
      expect(failed).toMatchObject({ status: 'rolled-back', error: expect.any(RangeError) });
      expect(await keys()).toEqual([]);
      const committed = await target.transaction(CHANGE, async (handles) => {
        await write(handles);
      });
      expect(committed).toEqual({ status: 'committed' });
      expect(await keys()).toContain('x');
    });
  }

  it('takes back a nested transaction that failed, and nothing else', async () => {
    const outcome = await target.transaction(CHANGE, async (handles) => {
      await managerOf(handles).save(Note, note('kept'));
      const nested = dataSource.transaction(async (manager) => {
        await manager.save(Note, note('lost'));
        await dataSource.transaction((inner) => inner.save(Note, note('lost as well')));
        throw new RangeError();
      });
      await expect(nested).rejects.toBeInstanceOf(RangeError);
    });
    expect(outcome).toEqual({ status: 'committed' });
    expect(await keys()).toEqual(['kept']);
  });

  it('begins a nested transaction at another isolation level only where it would run at that', async () => {
    const isSqlite = dataSource.driver.options.type === 'better-sqlite3';
    const outcome = await target.transaction(CHANGE, async () => {
      await dataSource.transaction('READ UNCOMMITTED', (manager) => manager.save(Note, note('kept')));
      await dataSource.transaction('SERIALIZABLE', (manager) => manager.save(Note, note('b')));
    });
    const refused = { status: 'rolled-back', error: expect.any(IsolationLevelError) };
    expect(outcome).toEqual(isSqlite ? { status: 'committed' } : refused);
    expect(await keys()).toEqual(isSqlite ? ['b', 'kept'] : []);
  });

  it('gives back a nested transaction that a runner left open', async () => {
    const outcome = await target.transaction(CHANGE, async (handles) => {
      await managerOf(handles).save(Note, note('kept'));
      const runner = dataSource.createQueryRunner();
      await runner.startTransaction();
      await runner.manager.save(Note, note('lost'));
      await runner.release();
    });
    expect(outcome).toEqual({ status: 'committed' });
    expect(await keys()).toEqual(['kept']);
  });

  it('fails a change whose nested transactions overlap', async () => {
    const outcome = await target.transaction(CHANGE, async () => {
      await Promise.all(
        ['a', 'b'].map((key) => dataSource.transaction((manager) => manager.save(Note, note(key)))),
      );
    });
    expect(outcome.status).toBe('rolled-back');
    expect(await keys()).toEqual([]);
  });

  it('fails a change that leaves a nested transaction open', async () => {
    const outcome = await target.transaction(CHANGE, async (handles) => {
      await runnerOf(handles).startTransaction();
      await runnerOf(handles).manager.save(Note, note('x'));
    });
    expect(outcome).toEqual({ status: 'rolled-back', error: expect.any(NestedTransactionError) });
    expect(await keys()).toEqual([]);
  });
});
