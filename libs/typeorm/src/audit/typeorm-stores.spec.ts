import { auditEntries, auditEntry, holdOf } from '@nestjs-flamingock/testing';
import { ForeignTransactionError, FencedError, type AuditEntry } from '@nestjs-flamingock/core';
import { DataSource } from 'typeorm';
import { snapshotQuery } from './audit-statements.js';
import { sqliteDialect } from '../database/sqlite/sqlite.dialect.js';
import { auditStore, targetSystem } from '../fixtures/open.js';
import { SqliteFile } from '../fixtures/sqlite-file.js';
import { auditTables } from '../schema/tables.js';
import { MissingTablesError, TablePrefixError, UnsupportedDriverError } from '../typeorm.errors.js';
import type { ChangeSession } from '../change/change-session.js';
import { TypeOrmTransaction } from '../change/typeorm-transaction.js';

const service = 'inventory';
let file: SqliteFile;
let dataSource: DataSource;

beforeEach(async () => {
  file = await SqliteFile.create();
  dataSource = await file.connect();
});

afterEach(() => file.remove());

/** A transaction that nobody writes in. */
const transactionOf = (resource: DataSource): TypeOrmTransaction =>
  new TypeOrmTransaction(resource, {} as ChangeSession);

const tableNames = async (): Promise<string[]> => {
  const rows: { name: string }[] = await dataSource.query(
    `SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'note' ORDER BY name`,
  );
  return rows.map(({ name }) => name);
};

async function history(store = auditStore(dataSource)): Promise<AuditEntry[]> {
  const entries: AuditEntry[] = [];
  for await (const entry of store.readHistory(service)) entries.push(entry);
  return entries;
}

describe('tables', () => {
  it('are not created by reading', async () => {
    const store = auditStore(dataSource);
    expect(await store.readHead(service)).toBeUndefined();
    expect(await store.readSnapshot(service)).toEqual([]);
    expect(await history(store)).toEqual([]);
    expect(await store.lock.read(service)).toBeUndefined();
    expect(await tableNames()).toEqual([]);
  });

  it('carry the prefix, in both databases', async () => {
    await auditStore(dataSource, { tablePrefix: 'app_' }).prepare();
    await targetSystem(dataSource, { tablePrefix: 'app_' }).markers.prepare();
    expect(await tableNames()).toEqual([
      'app_audit_entries',
      'app_audit_heads',
      'app_fences',
      'app_locks',
      'app_markers',
      'app_records',
    ]);
  });

  it.each(['', 'a-b', '1a', 'a"; DROP', 'a'.repeat(41)])('refuse the prefix %j', (tablePrefix) => {
    expect(() => auditStore(dataSource, { tablePrefix })).toThrow(TablePrefixError);
    expect(() => targetSystem(dataSource, { tablePrefix })).toThrow(TablePrefixError);
  });

  it('are listed with their DDL when they are missing and may not be created', async () => {
    const store = auditStore(dataSource, { createTables: false });
    const error: unknown = await store.prepare().catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(MissingTablesError);
    const { tables, statements } = error as MissingTablesError;
    expect(tables).toEqual([
      'flamingock_audit_entries',
      'flamingock_audit_heads',
      'flamingock_locks',
      'flamingock_records',
    ]);
    expect(await tableNames()).toEqual([]);
    for (const statement of statements) await dataSource.query(statement);
    await expect(store.prepare()).resolves.toBeUndefined();
  });

  it('survive the synchronize of the application', async () => {
    await auditStore(dataSource).prepare();
    const before = await tableNames();
    await dataSource.synchronize();
    expect(await tableNames()).toEqual(before);
  });

  it('are created once by many that start together', async () => {
    const stores = await Promise.all(Array.from({ length: 8 }, async () => auditStore(await file.connect())));
    await Promise.all(stores.map((store) => store.prepare()));
    expect(await tableNames()).toHaveLength(4);
  });
});

describe('a DataSource of another driver', () => {
  it('is refused with the drivers that are supported', () => {
    const other = Object.assign(new DataSource({ type: 'better-sqlite3', database: ':memory:' }), {
      options: { type: 'sqljs' },
    });
    expect(() => auditStore(other)).toThrow(UnsupportedDriverError);
    expect(() => auditStore(other)).toThrow(/"sqljs".*"better-sqlite3"/);
  });
});

describe('entries', () => {
  const odd = `'; DROP TABLE "x";-- \n\r\t\u0000 \\ % _ "ü" 🦩 \u2028 ` + 'x'.repeat(70_000);

  it('come back unchanged, field by field', async () => {
    const store = auditStore(dataSource);
    await store.prepare();
    const { token } = await store.claimHead(holdOf(7, service));
    const text = Object.fromEntries(
      Object.entries(auditEntry())
        .filter(([field, value]) => typeof value === 'string' && field !== 'service')
        .map(([field]) => [field, `${field} ${odd}`]),
    );
    const fields = { ...text, methodName: null, error: odd, transactional: false, durationMs: 2 ** 52 };
    const metadata = { [odd]: odd, 10: 'ten', 2: 'two' };
    const entries = auditEntries(undefined, { ...fields, seq: 1, metadata });
    await store.append({ hold: holdOf(token, service), entries });
    expect(await history()).toEqual(entries);
    expect(await store.readSnapshot(service)).toEqual(entries);
  });

  it('leave nothing of a batch of which one cannot be written', async () => {
    const store = auditStore(dataSource);
    await store.prepare();
    await store.claimHead(holdOf(1, service));
    const broken = { author: undefined } as unknown as Partial<AuditEntry>;
    const entries = auditEntries(undefined, {}, broken);
    await expect(store.append({ hold: holdOf(1, service), entries })).rejects.toMatchObject({
      code: 'SQLITE_CONSTRAINT_NOTNULL',
    });
    expect(await history()).toEqual([]);
    expect(await store.readHead(service)).toMatchObject({ seq: 0 });
    await expect(
      store.append({ hold: holdOf(1, service), entries: auditEntries(undefined, {}) }),
    ).resolves.toBeUndefined();
  });

  it('go into one history when many append at the same place', async () => {
    const stores = await Promise.all(Array.from({ length: 6 }, async () => auditStore(await file.connect())));
    await Promise.all(stores.map((store) => store.prepare()));
    await stores[0]?.claimHead(holdOf(1, service));
    const entries = auditEntries(undefined, {}, {});
    const appended = await Promise.allSettled(
      stores.map((store) => store.append({ hold: holdOf(1, service), entries })),
    );
    expect(appended.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const result of appended) {
      if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(FencedError);
    }
    expect(await history()).toEqual(entries);
  });

  it('refuse a transaction of another DataSource', async () => {
    const store = auditStore(dataSource);
    const other = await file.connect();
    const tx = transactionOf(other);
    const batch = { hold: holdOf(1, service), entries: auditEntries(undefined, {}) };
    await expect(store.append(batch, tx)).rejects.toBeInstanceOf(ForeignTransactionError);
    await expect(store.append(batch, { resource: dataSource })).rejects.toBeInstanceOf(
      ForeignTransactionError,
    );
  });

  it('are read for a snapshot by index only', async () => {
    await auditStore(dataSource).prepare();
    const { text, values } = snapshotQuery(
      sqliteDialect,
      auditTables({ tablePrefix: 'flamingock_' }).entries,
      service,
    ).render(sqliteDialect);
    const plan: { detail: string }[] = await dataSource.query(`EXPLAIN QUERY PLAN ${text}`, values);
    const touching = plan.filter(({ detail }) => /flamingock_audit_entries|\be\b/.test(detail));
    expect(touching.length).toBeGreaterThan(2);
    for (const { detail } of touching) expect(detail).toMatch(/^SEARCH .*INDEX/);
  });
});

describe('the lock', () => {
  const claim = (owner: string) => ({ service, owner, host: 'h', pid: 1, leaseMs: 60_000 });

  it('counts a busy database as held by another', async () => {
    const store = auditStore(dataSource);
    await store.prepare();
    const writer = await file.connect();
    await writer.query('BEGIN EXCLUSIVE');
    expect(await store.lock.acquire(claim('a'))).toEqual({ acquired: false, holder: undefined });
    await writer.query('COMMIT');
    expect(await store.lock.acquire(claim('a'))).toMatchObject({ acquired: true, token: 1 });
  });

  it('cannot be renewed once released', async () => {
    const { lock, ...store } = auditStore(dataSource);
    await auditStore(dataSource).prepare();
    await lock.acquire(claim('a'));
    await lock.release({ service, token: 1, owner: 'a' });
    expect(await lock.renew({ service, token: 1, owner: 'a' }, 1000)).toBe('lost');
    expect(store.resource).toBe(dataSource);
  });

  it('is held by a transaction of its own DataSource only', async () => {
    const { lock } = auditStore(dataSource);
    const other = await file.connect();
    expect(lock.isHeldBy(transactionOf(dataSource))).toBe(true);
    expect(lock.isHeldBy(transactionOf(other))).toBe(false);
    expect(lock.isHeldBy({ resource: dataSource })).toBe(false);
  });
});
