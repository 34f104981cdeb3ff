import { auditEntries, auditEntry, holdOf } from '@nestjs-flamingock/testing';
import type { AuditEntry } from '@nestjs-flamingock/core';
import { UnstorableTextError } from '@nestjs-flamingock/core/adapter';
import type { DataSource } from 'typeorm';
import { createTableStatements } from '../schema/create-table-statements.js';
import { describeOnServers } from '../fixtures/describe-engines.js';
import { noteTable } from '../fixtures/notes.js';
import { auditStore, CHANGE, targetSystem } from '../fixtures/open.js';
import type { TestDatabase } from '../fixtures/test-database.js';
import {
  ConnectionCharsetError,
  MissingSchemaError,
  MissingTablesError,
  SchemaUnsupportedError,
} from '../typeorm.errors.js';

const service = 'inventory';
const claim = (owner: string) => ({ service, owner, host: 'h', pid: 1, leaseMs: 60_000 });
const ROUNDS = 20;
const STARTERS = 16;

let database: TestDatabase;
let dataSource: DataSource;

afterEach(() => database.remove());

const table = (name: string): string =>
  noteTable(dataSource).replace(dataSource.driver.escape('note'), dataSource.driver.escape(name));

await describeOnServers('stores', (open, engine) => {
  const onPostgres = engine !== 'MariaDB';

  beforeEach(async () => {
    database = await open();
    dataSource = await database.connect();
  });

  it(`are made ready by ${STARTERS} cold starters at once, in ${ROUNDS} rounds`, async () => {
    const sources = await Promise.all(Array.from({ length: STARTERS }, () => database.connect()));
    for (let round = 0; round < ROUNDS; round += 1) {
      const options = { tablePrefix: `r${round}_` };
      await Promise.all(sources.map((source) => source.query('SELECT 1')));
      const starts = sources.map(async (source) => {
        await auditStore(source, options).prepare();
        await targetSystem(source, options).markers.prepare();
        return auditStore(source, options).lock.acquire(claim(`${round}`));
      });
      const answers = await Promise.all(starts);
      expect(answers.filter(({ acquired }) => acquired)).toHaveLength(1);
    }
  }, 60_000);

  it('go by the clock of the server, whatever the time zone of server and session', async () => {
    const zone = onPostgres ? `SET TIME ZONE 'Pacific/Kiritimati'` : `SET time_zone = '+11:30'`;
    const store = auditStore(dataSource);
    await store.prepare();
    const runners = [1, 2, 3].map(() => dataSource.createQueryRunner());
    if (engine !== 'PgBouncer') for (const runner of runners) await runner.query(zone);
    for (const runner of runners) await runner.release();
    const answer = await store.lock.acquire(claim('a'));
    expect(answer).toMatchObject({ acquired: true });
    const { storeNow } = answer as { storeNow: number };
    expect(Math.abs(storeNow - Date.now())).toBeLessThan(60_000);
    const other = await auditStore(await database.connect()).lock.acquire(claim('b'));
    expect(other).toMatchObject({ acquired: false, holder: { owner: 'a' } });
  });

  it('keep odd texts field by field', async () => {
    const odd = `'; DROP TABLE "x";-- \n\r\t \\ % _ \`ü\` 🦩 \u2028 $1 ? ` + 'x'.repeat(70_000);
    const store = auditStore(dataSource);
    await store.prepare();
    const { token } = await store.claimHead(holdOf(7, service));
    const free = ['author', 'error', 'stage', 'className', 'targetSystem', 'hostname', 'order'];
    const texts = Object.fromEntries(free.map((field) => [field, `${field} ${odd}`]));
    const fields = {
      ...texts,
      changeId: ' Ä 🦩 ',
      methodName: null,
      durationMs: 2 ** 52,
      metadata: { [odd]: odd },
    };
    const entries = auditEntries(undefined, { ...auditEntry(), ...fields, seq: 1 });
    await store.append({ hold: holdOf(token, service), entries });
    const read: AuditEntry[] = [];
    for await (const entry of store.readHistory(service)) read.push(entry);
    expect(read).toEqual(entries);
  });

  it('say at once that a table was altered so that a text does not fit', async () => {
    const store = auditStore(dataSource);
    await store.prepare();
    const hold = holdOf(1, service);
    await store.claimHead(hold);
    const type = onPostgres
      ? 'ALTER COLUMN error TYPE varchar(20)'
      : 'MODIFY error TEXT CHARACTER SET latin1';
    await dataSource.query(`ALTER TABLE ${table('flamingock_audit_entries')} ${type}`);
    const entries = auditEntries(undefined, { error: '漢'.repeat(30) });
    await expect(store.append({ hold, entries })).rejects.toBeInstanceOf(UnstorableTextError);
    const inside = await targetSystem(dataSource).transaction(CHANGE, (_, tx) =>
      store.append({ hold, entries }, tx),
    );
    expect(inside.status).toBe('rolled-back');
    expect(await store.readHead(service)).toMatchObject({ seq: 0 });
  });

  it('append a batch that takes several statements, or nothing of it', async () => {
    const store = auditStore(dataSource);
    await store.prepare();
    await store.claimHead(holdOf(1, service));
    const many = Array.from({ length: 1_200 }, (_, index) => ({ changeId: `c${index}` }));
    const entries = auditEntries(undefined, {}, ...many);
    await store.append({ hold: holdOf(1, service), entries });
    expect((await store.readSnapshot(service)).length).toBe(1_201);
    const next = auditEntries(entries.at(-1), {}, ...many);
    const [first, ...rest] = next;
    const twice: typeof next = [first, ...rest.slice(1), { ...first, seq: 5 }];
    await expect(store.append({ hold: holdOf(1, service), entries: twice })).rejects.toThrow();
    expect((await store.readHead(service))?.seq).toBe(1_201);
    expect(await store.readSnapshot(service)).toHaveLength(1_201);
  });

  it('list missing tables with statements that create them, and then do with less', async () => {
    const options = { createTables: false, tablePrefix: 'App_' };
    const error: unknown = await auditStore(dataSource, options)
      .prepare()
      .catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(MissingTablesError);
    expect((error as MissingTablesError).tables).toEqual([
      'App_audit_entries',
      'App_audit_heads',
      'App_locks',
      'App_records',
    ]);
    const statements = createTableStatements(dataSource, options);
    expect((error as MissingTablesError).statements).toEqual(statements.auditStore);
    for (const statement of [...statements.auditStore, ...statements.targetSystem]) {
      await dataSource.query(statement);
    }
    await auditStore(dataSource, options).prepare();
    await targetSystem(dataSource, options).markers.prepare();
    await auditStore(dataSource, options).claimHead(holdOf(1, service));
  });

  it('fail, and end nothing else, where the logger of a failing statement throws', async () => {
    dataSource.logger.logQueryError = () => {
      throw new Error('no space left for the log');
    };
    await expect(auditStore(dataSource).readHead(service)).rejects.toThrow('no space left for the log');
  });

  it('keep two services and two prefixes in one database apart', async () => {
    const [a, b] = [auditStore(dataSource), auditStore(dataSource, { tablePrefix: 'other_' })];
    await Promise.all([a.prepare(), b.prepare()]);
    expect(await a.lock.acquire(claim('a'))).toMatchObject({ acquired: true });
    expect(await b.lock.acquire(claim('b'))).toMatchObject({ acquired: true });
    expect(await a.lock.acquire({ ...claim('c'), service: 'other' })).toMatchObject({ acquired: true });
  });

  if (onPostgres) {
    it('say which schema is missing, and use it once it is there', async () => {
      const schema = `Odd "${Date.now()}" schema`;
      const store = auditStore(dataSource, { schema });
      expect(await store.readHead(service)).toBeUndefined();
      const error: unknown = await store.prepare().catch((cause: unknown) => cause);
      expect(error).toBeInstanceOf(MissingSchemaError);
      const { statement } = error as MissingSchemaError;
      await dataSource.query(statement);
      await store.prepare();
      await store.claimHead(holdOf(1, service));
      await dataSource.query(statement.replace('CREATE', 'DROP').replace(';', ' CASCADE'));
    });
  } else {
    it('refuse a schema', () => {
      expect(() => auditStore(dataSource, { schema: 's' })).toThrow(SchemaUnsupportedError);
    });

    it('refuse connections in which texts would be lost', async () => {
      const latin = await database.connect({ charset: 'latin1' });
      await expect(auditStore(latin).prepare()).rejects.toBeInstanceOf(ConnectionCharsetError);
    });

    it('do not depend on how the connection counts rows', async () => {
      const other = await database.connect({ flags: ['-FOUND_ROWS'] });
      const store = auditStore(other);
      await store.prepare();
      const hold = holdOf(1, service, 'a');
      expect(await store.lock.acquire(claim('a'))).toMatchObject({ acquired: true, token: 1 });
      expect(await store.lock.acquire(claim('b'))).toMatchObject({ acquired: false });
      const renewals = await Promise.all(Array.from({ length: 20 }, () => store.lock.renew(hold, 60_000)));
      expect(new Set(renewals)).toEqual(new Set(['renewed']));
      for (let again = 0; again < 3; again += 1) {
        expect((await store.claimHead(holdOf(1, service))).token).toBe(1);
      }
      await store.lock.release(hold);
      expect(await store.lock.renew(hold, 60_000)).toBe('lost');
    });
  }

  it('work for a user who may only read and write the tables', async () => {
    const { driver } = dataSource;
    const user = `u${Math.random().toString(36).slice(2, 12)}`;
    const password = `pw${Math.random().toString(36).slice(2)}`;
    const login = onPostgres ? driver.escape(user) : `'${user}'@'%'`;
    if (engine === 'PgBouncer') return; // It knows its users by a file of its own.
    await auditStore(dataSource).prepare();
    await dataSource.query(
      onPostgres
        ? `CREATE ROLE ${login} LOGIN PASSWORD '${password}'`
        : `CREATE USER ${login} IDENTIFIED BY '${password}'`,
    );
    try {
      if (onPostgres) await dataSource.query(`GRANT USAGE ON SCHEMA ${table('').split('.')[0]!} TO ${login}`);
      for (const name of ['audit_entries', 'audit_heads', 'locks', 'records']) {
        await dataSource.query(
          `GRANT SELECT, INSERT, UPDATE, DELETE ON ${table(`flamingock_${name}`)} TO ${login}`,
        );
      }
      const url = onPostgres ? restricted(dataSource, user, password) : { username: user, password };
      const poor = await database.connect(url);
      const store = auditStore(poor);
      await store.prepare();
      expect(await store.lock.acquire(claim('a'))).toMatchObject({ acquired: true });
      await store.claimHead(holdOf(1, service));
      await store.append({ hold: holdOf(1, service), entries: auditEntries(undefined, {}) });
      const refused: unknown = await auditStore(poor, { tablePrefix: 'more_' })
        .prepare()
        .catch((cause: unknown) => cause);
      expect(refused).toBeInstanceOf(MissingTablesError);
      expect(String(refused)).toMatch(/may not create them .*denied/s);
      await poor.destroy();
    } finally {
      if (onPostgres) await dataSource.query(`DROP OWNED BY ${login}`);
      await dataSource.query(onPostgres ? `DROP ROLE ${login}` : `DROP USER ${login}`);
    }
  });
});

function restricted({ options }: DataSource, username: string, password: string): object {
  const url = new URL((options as { url: string }).url);
  return { url: Object.assign(url, { username, password }).href };
}
