import { auditEntries, holdOf } from '@nestjs-flamingock/testing';
import type { AuditEntry } from '@nestjs-flamingock/core';
import type { Handles } from '@nestjs-flamingock/core/adapter';
import { DataSource, type DataSourceOptions, type EntityManager, type QueryRunner } from 'typeorm';
import { describeOn } from '../../../../test/support/services/describe-on.js';
import {
  mariadbDatabase,
  postgresDatabase,
  type SqlDatabase,
} from '../../../../test/support/sql-database.js';
import type { CreateDatabase } from '../../../../test/support/test-database.js';
import { Note } from '../fixtures/note.entity.js';
import { auditStore, CHANGE, managerOf, targetSystem } from '../fixtures/open.js';
import { QUERY_RUNNER } from '../inject-query-runner.decorator.js';
import type { TypeOrmAuditStore } from '../audit/typeorm.audit-store.js';
import type { TypeOrmTargetSystem } from '../target/typeorm.target-system.js';

const { service } = CHANGE;
const hold = holdOf(1, CHANGE.service);
const marker = { ...CHANGE, ...hold };
/** Of no one-byte character set, and with what character sets and SQL modes read in several ways. */
const AUTHOR = `é 你 \\ ' \\' "`;
const POOL = [1, 2, 3];

let database: SqlDatabase;
let dataSource: DataSource;
let reader: DataSource;
let target: TypeOrmTargetSystem;
let store: TypeOrmAuditStore;

async function setUp(create: CreateDatabase<SqlDatabase>): Promise<void> {
  database = await create();
  dataSource = await connect();
  reader = await connect();
  await reader.synchronize();
  target = targetSystem(dataSource);
  store = auditStore(dataSource);
  await store.prepare();
  await store.claimHead(hold);
  await target.markers.prepare();
}

function connect(): Promise<DataSource> {
  const options = { ...database.options.typeorm, entities: [Note], poolSize: POOL.length };
  return new DataSource({ ...options, installExtensions: false } as DataSourceOptions).initialize();
}

afterEach(async () => {
  await target.close();
  await Promise.all([dataSource, reader].map((opened) => opened.destroy()));
  await database.drop();
});

type Work = (manager: EntityManager) => Promise<unknown>;

/** Runs a change that writes its entry with it, and gives the history. */
async function shared(work: Work): Promise<unknown> {
  const entries = auditEntries(undefined, { author: AUTHOR });
  const outcome = await target.transaction({ ...CHANGE, followed: true }, async (handles, tx) => {
    await work(managerOf(handles));
    await store.append({ hold, entries }, tx);
  });
  const history: AuditEntry[] = [];
  for await (const entry of auditStore(reader).readHistory(service)) history.push(entry);
  expect(history).toEqual(outcome.status === 'committed' ? entries : []);
  return outcome;
}

async function separate(work: Work): Promise<unknown> {
  const outcome = await target.transaction(CHANGE, (handles) => work(managerOf(handles)).then(() => {}), {
    ...marker,
    executionId: AUTHOR,
  });
  const read = await targetSystem(reader).markers.read(hold, CHANGE.changeId);
  expect(read?.executionId).toEqual(AUTHOR);
  return outcome;
}

const statements =
  (...texts: string[]): Work =>
  async (manager) => {
    for (const text of texts) await manager.query(text);
  };

/** What a query answers on each connection of the pool, all taken at the same time. */
async function onEachConnection(query: string): Promise<unknown[]> {
  const runners = POOL.map(() => dataSource.createQueryRunner());
  const answers = await Promise.all(runners.map((runner) => runner.query(query) as Promise<unknown[]>));
  await Promise.all(runners.map((runner) => runner.release()));
  return answers.flat();
}

/** A query for what names the connection that it runs on. */
const connection = (): string =>
  `SELECT ${dataSource.options.type === 'postgres' ? 'pg_backend_pid()' : 'CONNECTION_ID()'} AS id`;

/** A change with its entry and one with a marker are recorded as they were made, and leave nothing of what `texts` set. */
function leavesNothing(title: string, texts: readonly string[], query: string): void {
  it(`is recorded as it was made, and leaves nothing, with ${title}`, async () => {
    const before = await onEachConnection(query);
    for (const run of [shared, separate]) {
      expect(await run(statements(...texts))).toEqual({ status: 'committed' });
      let inNext: unknown;
      await target.transaction(CHANGE, async (handles) => {
        inNext = await managerOf(handles).query(query);
      });
      expect(inNext).toEqual([before[0]]);
      expect(await onEachConnection(query)).toEqual(before);
    }
  });
}

/** Ways to the database that a change without a transaction has. */
const WAYS: Record<string, (handles: Handles, text: string) => Promise<unknown>> = {
  'its runner': (handles, text) => runnerOf(handles).query(text),
  'its manager': (handles, text) => managerOf(handles).query(text),
  'the DataSource': (_, text) => dataSource.query(text),
  'a transaction': (_, text) => dataSource.transaction((manager) => manager.query(text)),
  'a runner of its own': async (_, text) => {
    const runner = dataSource.createQueryRunner();
    await runner.query(text).finally(() => runner.release());
  },
  "the driver's connection": async (handles, text) => {
    const driver = (await runnerOf(handles).connect()) as Driver;
    await new Promise((resolve) => void driver.query(text, resolve));
  },
};
interface Driver {
  query(text: string, done: (error: unknown) => void): unknown;
}
const runnerOf = (handles: Handles): QueryRunner => handles.get(QUERY_RUNNER) as QueryRunner;

/** A change without a transaction leaves nothing of what `text` sets, whichever way it takes. */
function leavesNothingOutside(text: string, query: string): void {
  it.each(Object.keys(WAYS))('without a transaction leaves nothing, by %s', async (way) => {
    const before = await onEachConnection(query);
    await target.run(CHANGE, (handles) => WAYS[way]!(handles, text).then(() => {}));
    expect(await onEachConnection(query)).toEqual(before);
  });

  it('without a transaction keeps its connections otherwise', async () => {
    const sorted = async () =>
      (await onEachConnection(connection())).map((row) => JSON.stringify(row)).sort();
    const before = await sorted();
    await target.run(CHANGE, async (handles) => {
      await managerOf(handles).save(Note, { key: 'a', value: 'b' });
      await runnerOf(handles).query('SELECT 1');
    });
    expect(await sorted()).toEqual(before);
  });
}

/** The connections of a change that executes a statement, and of the one that follows it. */
async function connections(...texts: string[]): Promise<readonly [unknown, unknown]> {
  const ids: unknown[] = [];
  const note = async (manager: EntityManager) =>
    void ids.push(...(await manager.query<unknown[]>(connection())));
  await shared((manager) => statements(...texts)(manager).then(() => note(manager)));
  await target.transaction(CHANGE, (handles) => note(managerOf(handles)));
  return [ids[0], ids[1]];
}

/** The prelude of a dump. */
const PG_DUMP = `SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;
SET default_tablespace = '';
CREATE TABLE IF NOT EXISTS public.dumped (id integer NOT NULL);`;

const show = (...settings: string[]): string =>
  `SELECT ${settings.map((setting) => `current_setting('${setting}') AS ${setting}`).join(', ')}`;

const ON_POSTGRES: Record<string, readonly [texts: readonly string[], query: string]> = {
  'the prelude of pg_dump': [[PG_DUMP], show('search_path', 'row_security', 'check_function_bodies')],
  'SET client_encoding': [[`SET client_encoding TO 'LATIN1'`], show('client_encoding')],
  'SET LOCAL client_encoding': [[`SET LOCAL client_encoding TO 'SQL_ASCII'`], show('client_encoding')],
  'set_config of a parameter': [
    [`SELECT set_config('client_encoding', 'LATIN1', false), 1 AS one`],
    show('client_encoding'),
  ],
  'SET standard_conforming_strings': [
    ['SET standard_conforming_strings = off'],
    show('standard_conforming_strings'),
  ],
  'SET search_path': [['SET search_path TO pg_catalog'], show('search_path')],
  'SET LOCAL search_path': [
    [
      'CREATE SCHEMA IF NOT EXISTS tenant',
      'SET LOCAL search_path TO tenant',
      'CREATE TABLE IF NOT EXISTS mine (a int)',
    ],
    show('search_path'),
  ],
  'a local set_config': [[`SELECT set_config('search_path', 'nowhere', true)`], show('search_path')],
  'SET session_replication_role': [
    ['SET session_replication_role = replica'],
    show('session_replication_role'),
  ],
  'SET statement_timeout': [[`SET statement_timeout = '200ms'`], show('statement_timeout')],
  'SET TIME ZONE': [[`SET TIME ZONE 'Pacific/Kiritimati'`], show('TimeZone')],
  'SET in a block': [[`DO $$ BEGIN SET statement_timeout = '200ms'; END $$`], show('statement_timeout')],
  'RESET ALL': [['RESET ALL'], show('client_encoding', 'search_path')],
  'a setting of its own': [
    [`SET app.tenant = 'one'`],
    `SELECT coalesce(current_setting('app.tenant', true), '') AS t`,
  ],
};

await describeOn(['postgres', 'pgbouncer'], 'a change', ({ postgres, pgbouncer }) => {
  describe.each([
    ['on PostgreSQL', postgresDatabase(postgres)],
    ['through PgBouncer', postgresDatabase(postgres, pgbouncer)],
  ])('%s', (way, create) => {
    beforeEach(() => setUp(create));

    for (const [title, [texts, query]] of Object.entries(ON_POSTGRES)) {
      leavesNothing(title, texts, query);
    }

    if (way === 'on PostgreSQL')
      leavesNothingOutside(`SET statement_timeout = '200ms'`, show('statement_timeout'));

    describe('as another role', () => {
      const role = 'flamingock_other';

      beforeEach(async () => {
        await reader.query(
          `DO $$ BEGIN CREATE ROLE ${role}; EXCEPTION WHEN duplicate_object OR unique_violation THEN END $$`,
        );
        await reader.query(`GRANT ALL ON SCHEMA public TO ${role}`);
      });
      afterEach(() => reader.query(`DROP OWNED BY ${role}`));

      for (const text of ['SET LOCAL ROLE', 'SET ROLE', 'SET SESSION AUTHORIZATION']) {
        const texts = [`${text} ${role}`, 'CREATE TABLE IF NOT EXISTS mine (a int)'];
        leavesNothing(text, texts, 'SELECT current_user');
      }
    });

    it('fires deferred triggers in the session that it has made', async () => {
      await reader.query('CREATE SCHEMA tenant');
      await reader.query('CREATE TABLE tenant.log (role text)');
      await reader.query(
        `CREATE FUNCTION tenant.f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO log VALUES ('x'); RETURN NULL; END $$`,
      );
      await reader.query(
        'CREATE CONSTRAINT TRIGGER t AFTER INSERT ON note DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION tenant.f()',
      );
      const work = statements(`INSERT INTO note VALUES ('a', 'b')`, 'SET LOCAL search_path TO tenant');
      expect(await shared(work)).toEqual({ status: 'committed' });
      expect(await reader.query('SELECT * FROM tenant.log')).toHaveLength(1);
    });

    if (way === 'through PgBouncer') return;
    it('keeps its connection where what it sets ends with it', async () => {
      const texts = [`SET LOCAL statement_timeout = '1min'`, 'SET CONSTRAINTS ALL DEFERRED'];
      const [own, next] = await connections(...texts);
      expect(next).toEqual(own);
    });

    it.each([
      'CREATE TEMPORARY TABLE t (a int)',
      'CREATE TABLE IF NOT EXISTS pg_temp.t (a int)',
      'SELECT 1 AS a INTO TEMP t',
      'SELECT pg_advisory_lock(1)',
      'LISTEN x',
      'PREPARE x AS SELECT 1',
      'DECLARE c CURSOR WITH HOLD FOR SELECT 1',
    ])('closes its connection after %s', async (text) => {
      const [own, next] = await connections(text);
      expect(next).not.toEqual(own);
    });
  });
});

const ON_MARIADB: Record<string, readonly [texts: readonly string[], query: string]> = {
  'SET NAMES': [['SET NAMES latin1'], 'SELECT @@character_set_client AS c, @@collation_connection AS n'],
  'SET character_set_client': [['SET character_set_client = latin1'], 'SELECT @@character_set_client AS c'],
  'SET character_set_results': [['SET character_set_results = NULL'], 'SELECT @@character_set_results AS c'],
  NO_BACKSLASH_ESCAPES: [[`SET sql_mode = 'NO_BACKSLASH_ESCAPES'`], 'SELECT @@sql_mode AS m'],
  ORACLE: [[`SET SESSION sql_mode = CONCAT(@@sql_mode, ',ORACLE')`], 'SELECT @@sql_mode AS m'],
  'USE of another database': [['USE information_schema'], 'SELECT DATABASE() AS d'],
  foreign_key_checks: [['SET FOREIGN_KEY_CHECKS = 0'], 'SELECT @@foreign_key_checks AS f'],
  time_zone: [[`SET time_zone = '+11:30'`], 'SELECT @@time_zone AS z'],
  max_statement_time: [['SET max_statement_time = 0.00001'], 'SELECT @@max_statement_time AS m'],
  'a variable': [['SET @tenant = 1'], 'SELECT @tenant AS t'],
  'SET in a statement that is executed': [
    [`EXECUTE IMMEDIATE 'SET foreign_key_checks = 0'`],
    'SELECT @@foreign_key_checks AS f',
  ],
};

await describeOn(['mariadb'], 'a change on MariaDB', ({ mariadb }) => {
  beforeEach(() => setUp(mariadbDatabase(mariadb)));

  for (const [title, [texts, query]] of Object.entries(ON_MARIADB)) leavesNothing(title, texts, query);

  leavesNothingOutside('SET FOREIGN_KEY_CHECKS = 0', 'SELECT @@foreign_key_checks AS f');

  describe('as another role', () => {
    beforeEach(() => reader.query('CREATE ROLE IF NOT EXISTS flamingock_other'));
    leavesNothing('SET ROLE', ['SET ROLE flamingock_other'], 'SELECT CURRENT_ROLE() AS r');
  });

  it.each([
    'CREATE TEMPORARY TABLE t (a int)',
    `SELECT GET_LOCK('flamingock', 0)`,
    `PREPARE s FROM 'SELECT 1'`,
  ])('closes its connection after %s', async (text) => {
    const [own, next] = await connections(text);
    expect(next).not.toEqual(own);
  });
});
