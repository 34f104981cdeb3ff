import { ChangeEndedError, type Handles } from '@nestjs-flamingock/core';
import { DataSource, type EntityManager, type QueryRunner } from 'typeorm';
import { Note } from './fixtures/note.entity.js';
import { auditStore, CHANGE, managerOf, targetSystem } from './fixtures/open.js';
import { SqliteFile } from './fixtures/sqlite-file.js';
import { QUERY_RUNNER } from './inject-query-runner.decorator.js';
import type { TypeOrmTargetSystem } from './typeorm-target.system.js';
import { NestedTransactionError, TransactionControlError } from './typeorm.errors.js';

let file: SqliteFile;
let dataSource: DataSource;
let reader: DataSource;
let target: TypeOrmTargetSystem;

beforeEach(async () => {
  file = await SqliteFile.create();
  dataSource = await file.connect();
  reader = await file.connect();
  target = targetSystem(dataSource);
});

afterEach(async () => {
  await target.close();
  await file.remove();
});

const note = (key: string): Note => ({ key, value: `value of ${key}` });
const keys = async (): Promise<string[]> =>
  (await reader.manager.find(Note, { order: { key: 'ASC' } })).map(({ key }) => key);
const runnerOf = (handles: Handles): QueryRunner => handles.get(QUERY_RUNNER) as QueryRunner;

describe('everything inside a change joins its transaction', () => {
  const ways: Record<string, (handles: Handles) => Promise<unknown>> = {
    'its entity manager': (handles) => managerOf(handles).save(Note, note('x')),
    'its query runner': (handles) => runnerOf(handles).manager.save(Note, note('x')),
    'a statement of its query runner': (handles) =>
      runnerOf(handles).query('INSERT INTO note VALUES (?, ?)', ['x', 'v']),
    'a repository of the application': () => dataSource.getRepository(Note).save(note('x')),
    'the manager of the DataSource': () => dataSource.manager.save(Note, note('x')),
    'a query builder': () => dataSource.createQueryBuilder().insert().into(Note).values(note('x')).execute(),
    'a statement of the DataSource': () => dataSource.query('INSERT INTO note VALUES (?, ?)', ['x', 'v']),
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

describe('the transaction of a change', () => {
  const attempts: Record<string, (runner: QueryRunner) => Promise<unknown>> = {
    commitTransaction: (runner) => runner.commitTransaction(),
    rollbackTransaction: (runner) => runner.rollbackTransaction(),
    COMMIT: (runner) => runner.query('COMMIT'),
    'ROLLBACK in lower case and behind a comment': (runner) => runner.query('/* x */ rollback;'),
    'COMMIT through the DataSource': () => dataSource.query('  COMMIT TRANSACTION'),
  };

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

  it('rolls back when the database refuses the commit', async () => {
    await dataSource.query('CREATE TABLE parent (id INTEGER PRIMARY KEY)');
    await dataSource.query(
      'CREATE TABLE child (id INTEGER REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED)',
    );
    const outcome = await target.transaction(CHANGE, async (handles) => {
      await managerOf(handles).query('INSERT INTO child VALUES (1)');
    });
    expect(outcome).toMatchObject({ status: 'rolled-back', error: { code: 'SQLITE_CONSTRAINT_FOREIGNKEY' } });
    expect(await dataSource.query('SELECT * FROM child')).toEqual([]);
    expect((await target.transaction(CHANGE, async () => {})).status).toBe('committed');
  });

  it('says so when SQLite ended the transaction before its end', async () => {
    const outcome = await target.transaction(CHANGE, async (handles) => {
      const manager = managerOf(handles);
      await manager.save(Note, note('x'));
      await manager.query('INSERT OR ROLLBACK INTO note VALUES (?, ?)', ['x', 'v']);
    });
    expect(outcome.status).toBe('partly-applied');
    expect((await target.transaction(CHANGE, async () => {})).status).toBe('committed');
  });
});

describe('after a change has ended', () => {
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

describe('the hook on the DataSource', () => {
  it('goes with the last target system that closes, and leaves nothing behind', async () => {
    const other = targetSystem(dataSource);
    const hooked = (): boolean => Object.hasOwn(dataSource, 'createQueryRunner');
    expect(hooked()).toBe(false);
    await target.transaction(CHANGE, async () => {});
    await other.transaction(CHANGE, async () => {});
    await target.close();
    await target.close();
    expect(hooked()).toBe(true);
    await other.close();
    expect(hooked()).toBe(false);
    expect(dataSource.createQueryRunner).toBe(DataSource.prototype.createQueryRunner);
  });

  it('restores what somebody had put there before', async () => {
    const theirs: DataSource['createQueryRunner'] = (mode) =>
      DataSource.prototype.createQueryRunner.call(dataSource, mode);
    dataSource.createQueryRunner = theirs;
    await target.transaction(CHANGE, async () => {});
    expect(dataSource.createQueryRunner).not.toBe(theirs);
    await target.close();
    expect(dataSource.createQueryRunner).toBe(theirs);
  });
});

describe('the one connection of a SQLite DataSource', () => {
  it('keeps our statements out of a transaction of the application', async () => {
    const store = auditStore(dataSource);
    await store.prepare();
    const runner = dataSource.createQueryRunner();
    await runner.startTransaction();
    const claimed = store.claimHead('inventory', 1);
    const changed = target.transaction(CHANGE, async (handles) => {
      await managerOf(handles).save(Note, note('of the change'));
    });
    await runner.manager.save(Note, note('of the application'));
    await new Promise((resolve) => setTimeout(resolve, 50));
    await runner.rollbackTransaction();
    expect((await claimed).token).toBe(1);
    expect(await changed).toEqual({ status: 'committed' });
    expect(await keys()).toEqual(['of the change']);
  });

  it('is not taken for busy after a BEGIN of the application that failed', async () => {
    const writer = await file.connect();
    await writer.query('BEGIN EXCLUSIVE');
    Object.assign(dataSource.createQueryRunner(), { isTransactionActive: true });
    await writer.query('COMMIT');
    expect((await target.transaction(CHANGE, async () => {})).status).toBe('committed');
  });

  it('waits for another writer without blocking the process', async () => {
    const writer = await file.connect();
    await writer.query('BEGIN IMMEDIATE');
    let ticks = 0;
    const ticking = setInterval(() => (ticks += 1), 5);
    const changed = target.transaction(CHANGE, async (handles) => {
      await managerOf(handles).save(Note, note('x'));
    });
    await new Promise((resolve) => setTimeout(resolve, 100));
    await writer.query('COMMIT');
    clearInterval(ticking);
    expect(await changed).toEqual({ status: 'committed' });
    expect(ticks).toBeGreaterThan(5);
  });

  it('sends a busy COMMIT again until the readers are gone', async () => {
    await reader.query('BEGIN');
    await reader.query('SELECT * FROM note');
    const changed = target.transaction(CHANGE, async (handles) => {
      await managerOf(handles).save(Note, note('x'));
    });
    await new Promise((resolve) => setTimeout(resolve, 300));
    await reader.query('COMMIT');
    expect(await changed).toEqual({ status: 'committed' });
    expect(await keys()).toEqual(['x']);
  });
});
