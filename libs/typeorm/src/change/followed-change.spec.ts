import { FencedError, type AuditEntry } from '@nestjs-flamingock/core';
import type { ChangeRun, Handles, TransactionOutcome } from '@nestjs-flamingock/core/adapter';
import { auditEntries, holdOf } from '@nestjs-flamingock/testing';
import type { DataSource, EntitySubscriberInterface, QueryRunner } from 'typeorm';
import { describeOn } from '../../../../test/support/services/describe-on.js';
import { describeOnMariadb, describeOnServers, type OpenDatabase } from '../fixtures/describe-engines.js';
import { insertOf, keysOf, noteTable } from '../fixtures/notes.js';
import { auditStore, CHANGE, managerOf, targetSystem } from '../fixtures/open.js';
import { PostgresSchema } from '../fixtures/postgres-schema.js';
import type { TestDatabase } from '../fixtures/test-database.js';
import { QUERY_RUNNER } from '../inject-query-runner.decorator.js';
import type { TypeOrmAuditStore } from '../audit/typeorm.audit-store.js';
import type { TypeOrmTargetSystem } from '../target/typeorm.target-system.js';

const { service } = CHANGE;
const FOLLOWED: ChangeRun = { ...CHANGE, followed: true };

let database: TestDatabase;
let dataSource: DataSource;
let reader: DataSource;
let target: TypeOrmTargetSystem;
let store: TypeOrmAuditStore;
let end: AuditEntry | undefined;

async function setUp(open: OpenDatabase): Promise<void> {
  database = await open();
  [dataSource, reader] = [await database.connect({ poolSize: 2 }), await database.connect()];
  target = targetSystem(dataSource);
  store = auditStore(dataSource);
  await store.prepare();
  await store.claimHead(holdOf(1, service));
  end = undefined;
}

afterEach(async () => {
  await target.close();
  await database.remove();
});

/** A change that adds a note, and records that; `work` comes before the entries. */
async function change(
  key: string,
  run = FOLLOWED,
  work: (handles: Handles) => Promise<unknown> = () => Promise.resolve(),
): Promise<TransactionOutcome> {
  const entries = auditEntries(end, { service }, { service });
  const outcome = await target.transaction(run, async (handles, tx) => {
    await managerOf(handles).query(insertOf(dataSource, key));
    await work(handles);
    await store.append({ hold: holdOf(1, service), entries }, tx);
  });
  if (outcome.status === 'committed') end = entries.at(-1);
  return outcome;
}

/** The texts of what is sent meanwhile. */
async function sentDuring(work: () => Promise<unknown>): Promise<string[]> {
  const sent: string[] = [];
  const { logQuery } = dataSource.logger;
  dataSource.logger.logQuery = (text) => void sent.push(text);
  await work();
  dataSource.logger.logQuery = logQuery;
  return sent;
}

interface Connection {
  query: (message: unknown, ...rest: unknown[]) => unknown;
}

/** Not by `connect`, whose connection is closed after the change. */
const connectionOf = (handles: Handles): unknown =>
  Reflect.get(handles.get(QUERY_RUNNER) as QueryRunner, 'databaseConnection');

await describeOnServers('a change that another one follows', (open) => {
  beforeEach(() => setUp(open));

  it('begins the transaction of the next one with its commit, on the same connection', async () => {
    const connections = new Set<unknown>();
    const note = async (handles: Handles) => connections.add(connectionOf(handles));
    const sent = await sentDuring(async () => {
      for (const key of ['a', 'b', 'c'])
        expect(await change(key, FOLLOWED, note)).toEqual({ status: 'committed' });
    });
    expect(sent.filter((text) => text.startsWith('START TRANSACTION'))).toHaveLength(1);
    expect(connections.size).toBe(1);
    expect(await keysOf(reader)).toEqual(['a', 'b', 'c']);
    expect(await auditStore(reader).readHead(service)).toMatchObject({ seq: 6, hash: end?.hash });
  });

  it('does not lose what it did when the next one fails', async () => {
    await change('a');
    const failed = await change('b', FOLLOWED, () => Promise.reject(new RangeError()));
    expect(failed).toEqual({ status: 'rolled-back', error: expect.any(RangeError) });
    expect((await change('c', CHANGE)).status).toBe('committed');
    expect(await keysOf(reader)).toEqual(['a', 'c']);
  });

  it('leaves nothing open when the target is closed before the next one comes', async () => {
    await change('a');
    await target.close();
    expect(await auditStore(reader).claimHead(holdOf(2, service))).toMatchObject({ token: 2, seq: 2 });
    const taken = [1, 2].map(async () => (await dataSource.query<unknown[]>('SELECT 1')).length);
    expect(await Promise.all(taken)).toEqual([1, 1]);
  });

  it('lets a change of another service in that has asked meanwhile', async () => {
    await store.claimHead(holdOf(1, 'other'));
    const order: string[] = [];
    const note = async (name: string) => void order.push(name);
    const first = change('a');
    const other = target.transaction({ ...CHANGE, service: 'other' }, () => note('other'));
    await first;
    await change('b', FOLLOWED, () => note('b'));
    expect(await other).toEqual({ status: 'committed' });
    expect(order).toEqual(['other', 'b']);
  });

  it('begins nothing that stays when the target is closed before its commit has ended', async () => {
    const sent = await sentDuring(() => change('a', FOLLOWED, () => target.close()));
    expect(sent.at(-1)).toBe('ROLLBACK');
    expect(await keysOf(reader)).toEqual(['a']);
  });

  it.each<[string, () => Promise<unknown>]>([
    ['append', () => store.append({ hold: holdOf(1, service), entries: auditEntries(end, { service }) })],
    ['claim the head', () => store.claimHead(holdOf(1, service))],
    ['settle', () => store.settle(holdOf(1, service), { seq: 2, digest: 'd' })],
    [
      'begin another transaction',
      () => target.transaction(CHANGE, () => Promise.resolve(), { ...CHANGE, ...holdOf(1, CHANGE.service) }),
    ],
  ])('lets the audit store %s in place of the next one', async (_what, write) => {
    await target.markers.prepare();
    await change('a');
    await write();
    expect(await keysOf(reader)).toEqual(['a']);
  });

  it('keeps nobody from taking over, who then keeps the next one out', async () => {
    await change('a');
    await auditStore(reader).claimHead(holdOf(2, service));
    expect((await change('b')).status).not.toBe('committed');
    const again = await change('b');
    expect(again).toMatchObject({ status: 'rolled-back', error: expect.any(FencedError) });
    expect(await keysOf(reader)).toEqual(['a']);
  });

  it('commits also where somebody else takes over before the next one can begin', async () => {
    let taken: Promise<unknown> = Promise.resolve();
    const outcome = await change('a', FOLLOWED, async () => {
      taken = auditStore(reader).claimHead(holdOf(2, service));
      await new Promise((resolve) => setTimeout(resolve, 50));
    });
    expect(outcome).toEqual({ status: 'committed' });
    await taken;
    expect(await change('b')).toMatchObject({ status: 'rolled-back', error: expect.any(FencedError) });
    expect(await keysOf(reader)).toEqual(['a']);
  });

  it('leaves nothing of its query runner to the next one', async () => {
    await change('a', FOLLOWED, (handles) => {
      const runner = handles.get(QUERY_RUNNER) as QueryRunner;
      Object.assign(runner.data, { secret: 1 });
      runner.enableSqlMemory();
      return runner.getTable('note');
    });
    let left: unknown;
    await change('b', FOLLOWED, async (handles) => {
      const { data, loadedTables, sqlMemoryMode } = handles.get(QUERY_RUNNER) as QueryRunner & {
        loadedTables: unknown;
        sqlMemoryMode: unknown;
      };
      left = { data, loadedTables, sqlMemoryMode };
    });
    expect(left).toEqual({ data: {}, loadedTables: [], sqlMemoryMode: false });
  });

  it('lets subscribers be told of each transaction before it begins', async () => {
    const told: string[] = [];
    dataSource.subscribers.push({
      beforeTransactionStart: () => void told.push('before start'),
      afterTransactionCommit: () => void told.push('after commit'),
    } satisfies EntitySubscriberInterface);
    await change('a');
    await change('b');
    expect(told).toEqual(['before start', 'after commit', 'before start', 'after commit']);
  });
});

await describeOn(['postgres'], 'a change that another one follows, on PostgreSQL', ({ postgres }) => {
  beforeEach(() => setUp(() => PostgresSchema.create(postgres)));

  it('is not known to have been committed when its message fails, and leaves nothing if it was not', async () => {
    const child = noteTable(dataSource).replace('note', 'child');
    await dataSource.query(
      `CREATE TABLE ${child} (k VARCHAR(100) REFERENCES ${noteTable(dataSource)} DEFERRABLE INITIALLY DEFERRED)`,
    );
    const outcome = await change('a', FOLLOWED, (handles) =>
      managerOf(handles).query(`INSERT INTO ${child} VALUES ('nobody')`),
    );
    expect(outcome).toMatchObject({ status: 'unknown', error: { code: '23503' } });
    expect(await store.claimHead(holdOf(1, service))).toMatchObject({ seq: 0 });
    expect(await keysOf(reader)).toEqual([]);
    expect((await change('b')).status).toBe('committed');
  });
});

await describeOnMariadb('a change that another one follows', (open) => {
  beforeEach(() => setUp(open));

  it('begins its transaction by itself where the server reads AND CHAIN and does not heed it', async () => {
    const heedless = async (handles: Handles): Promise<void> => {
      const connection = connectionOf(handles) as Connection;
      const query = connection.query.bind(connection);
      connection.query = (message, ...rest) =>
        query(message === 'COMMIT AND CHAIN' ? 'COMMIT' : message, ...rest);
    };
    await change('a', FOLLOWED, heedless);
    const failed = await change('b', FOLLOWED, () => Promise.reject(new RangeError()));
    expect(failed.status).toBe('rolled-back');
    expect(await keysOf(reader)).toEqual(['a']);
  });
});
