import { OpenTransactionError } from '@nestjs-flamingock/core';
import { auditEntries, holdOf } from '@nestjs-flamingock/testing';
import { DataSource } from 'typeorm';
import { describeOnEngines, describeOnServers } from '../fixtures/describe-engines.js';
import { Note } from '../fixtures/note.entity.js';
import { keysOf, note } from '../fixtures/notes.js';
import { auditStore, CHANGE, managerOf, targetSystem } from '../fixtures/open.js';
import { SqliteFile } from '../fixtures/sqlite-file.js';
import type { TestDatabase } from '../fixtures/test-database.js';
import { DataSourceClosedError, DataSourceNotInitializedError, TablesDroppedError } from '../run.errors.js';
import { SharedFileError } from '../sqlite.errors.js';
import type { TypeOrmAuditStore } from '../audit/typeorm.audit-store.js';

let database: TestDatabase;
let dataSource: DataSource;
let store: TypeOrmAuditStore;

const hold = holdOf(1, CHANGE.service);
const batch = { hold, entries: auditEntries(undefined, {}) };

async function setUp(open: () => Promise<TestDatabase>): Promise<void> {
  database = await open();
  dataSource = await database.connect();
  store = auditStore(dataSource);
  await store.prepare();
  await store.claimHead(hold);
}

afterEach(() => database.remove());

await describeOnEngines('a change that takes away what its run stands on', (open) => {
  beforeEach(() => setUp(open));

  it('is told of the DataSource that it has closed, and so is whoever comes after it', async () => {
    const target = targetSystem(dataSource);
    await target.run(CHANGE, () => dataSource.destroy()).catch(() => undefined);
    await expect(store.append(batch)).rejects.toBeInstanceOf(DataSourceClosedError);
    await expect(store.lock.renew(hold, 1_000)).rejects.toBeInstanceOf(DataSourceClosedError);
    const outcome = await target.transaction(CHANGE, async () => {});
    expect(outcome).toMatchObject({ status: 'rolled-back', error: expect.any(DataSourceClosedError) });
    await target.close();
  });

  it('is told of the tables that it has dropped', async () => {
    const { entityMetadatas, driver } = dataSource;
    const prefix = entityMetadatas[0]?.schema ? `${driver.escape(entityMetadatas[0].schema)}.` : '';
    const tables = ['flamingock_locks', 'flamingock_audit_entries', 'flamingock_audit_heads'];
    await targetSystem(dataSource).run(CHANGE, async () => {
      for (const table of tables) await dataSource.query(`DROP TABLE ${prefix}${driver.escape(table)}`);
    });
    await expect(store.append(batch)).rejects.toThrow(TablesDroppedError);
    await expect(store.append(batch)).rejects.toThrow(/flamingock_audit_heads.*dropDatabase/s);
    await expect(store.lock.renew(hold, 1_000)).rejects.toBeInstanceOf(TablesDroppedError);
  });
});

await describeOnServers('a change that drops the schema, or database, of its run', (open, engine) => {
  beforeEach(() => setUp(open));

  it('is told so', async () => {
    const { driver } = dataSource;
    const admin = await database.connect();
    const place = driver.escape(String(engine === 'MariaDB' ? driver.database : driver.schema));
    const drop = engine === 'MariaDB' ? `DROP DATABASE ${place}` : `DROP SCHEMA ${place} CASCADE`;
    await targetSystem(dataSource).run(CHANGE, async (handles) => {
      await managerOf(handles).query(drop);
    });
    await expect(store.append(batch)).rejects.toBeInstanceOf(TablesDroppedError);
    await expect(store.lock.renew(hold, 1_000)).rejects.toThrow(/schema or database.*DROP SCHEMA/);
    const target = targetSystem(dataSource);
    const shared = await target.transaction(CHANGE, async () => {});
    expect(shared).toMatchObject({ status: 'rolled-back', error: expect.any(TablesDroppedError) });
    if (engine === 'MariaDB') await admin.query(`CREATE DATABASE ${place}`);
  });

  if (engine !== 'MariaDB') {
    it('has it back where it has dropped it in its transaction, and is told so', async () => {
      const outcome = await targetSystem(dataSource).transaction(CHANGE, async (handles, tx) => {
        await managerOf(handles).query(`DROP SCHEMA "${String(dataSource.driver.schema)}" CASCADE`);
        await store.append(batch, tx);
      });
      expect(outcome).toMatchObject({ status: 'rolled-back', error: expect.any(TablesDroppedError) });
      await expect(store.append(batch)).resolves.toBeUndefined();
    });
  }
});

describe('a change on SQLite', () => {
  beforeEach(() => setUp(() => SqliteFile.create()));

  it('has the tables that it has dropped in its transaction back, and is told of them', async () => {
    const outcome = await targetSystem(dataSource).transaction(CHANGE, async (handles, tx) => {
      await managerOf(handles).query('DROP TABLE flamingock_audit_heads');
      await store.append(batch, tx);
    });
    expect(outcome).toMatchObject({ status: 'rolled-back', error: expect.any(TablesDroppedError) });
    await expect(store.append(batch)).resolves.toBeUndefined();
  });

  it('is told of the DataSource that it has closed in its transaction', async () => {
    const reader = await database.connect();
    const outcome = await targetSystem(dataSource).transaction(CHANGE, async (handles) => {
      await managerOf(handles).save(Note, note('x'));
      await dataSource.destroy();
    });
    expect(outcome).toMatchObject({ status: 'rolled-back', error: expect.any(DataSourceClosedError) });
    expect(await keysOf(reader)).toEqual([]);
  });

  it('does not run on a DataSource that was never initialized', async () => {
    const { options } = dataSource;
    const target = targetSystem(new DataSource(options));
    const outcome = await target.transaction(CHANGE, async () => {});
    expect(outcome).toMatchObject({
      status: 'rolled-back',
      error: expect.any(DataSourceNotInitializedError),
    });
    await expect(target.run(CHANGE, async () => {})).rejects.toThrow(/"default" is not initialized/);
    await target.close();
  });

  const begin: Record<string, (on: DataSource) => Promise<unknown>> = {
    'its query runner': (on) => on.createQueryRunner().startTransaction(),
    'a statement': (on) => on.query('BEGIN'),
  };
  for (const [way, open] of Object.entries(begin)) {
    it(`has the transaction rolled back that it left open by ${way}, and is told so`, async () => {
      const changed = targetSystem(dataSource).run(CHANGE, async (handles) => {
        await open(dataSource);
        await managerOf(handles).query(`INSERT INTO note VALUES ('x', 'v')`);
      });
      await expect(changed).rejects.toBeInstanceOf(OpenTransactionError);
      expect(await keysOf(dataSource)).toEqual([]);
      await expect(store.append(batch)).resolves.toBeUndefined();
      expect(await dataSource.query('PRAGMA foreign_keys')).toEqual([{ foreign_keys: 1 }]);
      await dataSource.transaction((manager) => manager.save(Note, note('y')));
      expect(await keysOf(dataSource)).toEqual(['y']);
    });
  }

  it('leaves the application time to end a transaction of its own', async () => {
    const runner = dataSource.createQueryRunner();
    await targetSystem(dataSource).run(CHANGE, async () => {
      await runner.startTransaction();
      await runner.manager.save(Note, note('of the application'));
      setTimeout(() => void runner.commitTransaction(), 100);
    });
    expect(await keysOf(dataSource)).toEqual(['of the application']);
  });

  it('is refused where the lock is in the same file, behind another DataSource', async () => {
    const claim = { service: CHANGE.service, owner: hold.owner, host: 'h', pid: 1, leaseMs: 60_000 };
    expect(await store.lock.acquire(claim)).toMatchObject({ acquired: true, token: 1 });
    const target = targetSystem(await database.connect());
    await target.markers.prepare();
    const marker = { ...CHANGE, ...hold };
    const outcome = await target.transaction(CHANGE, () => Promise.reject(new RangeError()), marker);
    expect(outcome).toMatchObject({ status: 'rolled-back', error: expect.any(SharedFileError) });
    const other = { ...marker, owner: 'somebody else' };
    const elsewhere = await target.transaction(CHANGE, async () => {}, { ...other, token: 2 });
    expect(elsewhere).toEqual({ status: 'committed' });
  });
});
