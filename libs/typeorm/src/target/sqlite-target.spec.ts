import { TransactionLostError } from '@nestjs-flamingock/core';
import { holdOf } from '@nestjs-flamingock/testing';
import { DataSource } from 'typeorm';
import { collectGarbage } from '../../../../test/support/collect-garbage.js';
import { Note } from '../fixtures/note.entity.js';
import { keysOf, note } from '../fixtures/notes.js';
import { auditStore, CHANGE, managerOf, targetSystem } from '../fixtures/open.js';
import { SqliteFile } from '../fixtures/sqlite-file.js';
import { BrokenReferenceError } from '../sqlite.errors.js';
import type { TypeOrmTargetSystem } from './typeorm.target-system.js';

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

const keys = (): Promise<string[]> => keysOf(reader);

/** Fails, and ends the whole transaction, where there is such a key. */
const ENDING = 'INSERT OR ROLLBACK INTO note VALUES (?, ?)';

describe('the transaction of a change on SQLite', () => {
  it('rolls back what a deferred constraint would refuse at the commit', async () => {
    await dataSource.query('CREATE TABLE parent (id INTEGER PRIMARY KEY)');
    await dataSource.query(
      'CREATE TABLE child (id INTEGER REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED)',
    );
    const outcome = await target.transaction(CHANGE, async (handles) => {
      await managerOf(handles).query('INSERT INTO child VALUES (1)');
    });
    expect(outcome).toMatchObject({ status: 'rolled-back', error: expect.any(BrokenReferenceError) });
    expect(await dataSource.query('SELECT * FROM child')).toEqual([]);
    expect((await target.transaction(CHANGE, async () => {})).status).toBe('committed');
  });

  it('knows that all is taken back where SQLite ended the transaction before its end', async () => {
    const outcome = await target.transaction(CHANGE, async (handles) => {
      const manager = managerOf(handles);
      await manager.save(Note, note('x'));
      await manager.query(ENDING, ['x', 'v']);
    });
    expect(outcome).toMatchObject({ status: 'rolled-back', error: { code: 'SQLITE_CONSTRAINT_PRIMARYKEY' } });
    expect(await keys()).toEqual([]);
    expect((await target.transaction(CHANGE, async () => {})).status).toBe('committed');
  });

  it('refuses what comes after that, and the end of a change that went on as if nothing were', async () => {
    let refused: unknown;
    const outcome = await target.transaction(CHANGE, async (handles) => {
      const manager = managerOf(handles);
      await manager.save(Note, note('x'));
      await manager.query(ENDING, ['x', 'v']).catch(() => undefined);
      refused = await manager.save(Note, note('y')).catch((error: unknown) => error);
    });
    expect(refused).toBeInstanceOf(TransactionLostError);
    expect((refused as TransactionLostError).cause).toMatchObject({ code: 'SQLITE_CONSTRAINT_PRIMARYKEY' });
    expect(outcome).toMatchObject({ status: 'rolled-back', error: expect.any(TransactionLostError) });
    expect(await keys()).toEqual([]);
  });

  it('says so where a statement was on its way already, and took effect outside', async () => {
    const outcome = await target.transaction(CHANGE, async (handles) => {
      const manager = managerOf(handles);
      await manager.save(Note, note('x'));
      const ending = manager.query(ENDING, ['x', 'v']);
      const outside = manager.query('INSERT INTO note VALUES (?, ?)', ['y', 'v']);
      await Promise.allSettled([ending, outside]);
      await ending;
    });
    expect(outcome.status).toBe('partly-applied');
    expect(await keys()).toEqual(['y']);
  });
});

describe('the hook on the DataSource', () => {
  it('goes with the last target system that closes and with what changes have begun, and leaves nothing behind', async () => {
    const other = targetSystem(dataSource);
    const hooked = (): boolean => Object.hasOwn(dataSource, 'createQueryRunner');
    expect(hooked()).toBe(false);
    await target.transaction(CHANGE, async () => {});
    await other.transaction(CHANGE, async () => {});
    await target.close();
    await target.close();
    expect(hooked()).toBe(true);
    await other.close();
    await collectGarbage(() => !hooked());
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
    await collectGarbage(() => dataSource.createQueryRunner === theirs);
    expect(dataSource.createQueryRunner).toBe(theirs);
  });
});

describe('the one connection of a SQLite DataSource', () => {
  it('keeps our statements out of a transaction of the application', async () => {
    const store = auditStore(dataSource);
    await store.prepare();
    const runner = dataSource.createQueryRunner();
    await runner.startTransaction();
    const claimed = store.claimHead(holdOf(1));
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
