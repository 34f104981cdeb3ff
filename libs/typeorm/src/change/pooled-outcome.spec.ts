import type { Handles } from '@nestjs-flamingock/core/adapter';
import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import { describeOn } from '../../../../test/support/services/describe-on.js';
import { describeOnServers } from '../fixtures/describe-engines.js';
import { Note } from '../fixtures/note.entity.js';
import { insertOf, keysOf, note, noteTable } from '../fixtures/notes.js';
import { CHANGE, managerOf, targetSystem } from '../fixtures/open.js';
import { PostgresSchema } from '../fixtures/postgres-schema.js';
import type { TestDatabase } from '../fixtures/test-database.js';
import type { TypeOrmTargetSystem } from '../target/typeorm.target-system.js';
import { QUERY_RUNNER } from '../inject-query-runner.decorator.js';
import { ConnectionEndedError } from '../run.errors.js';
import { CommitRefusedError, NonTransactionalStatementError } from '../transaction.errors.js';

let database: TestDatabase;
let dataSource: DataSource;
let reader: DataSource;
let target: TypeOrmTargetSystem;

async function setUp(open: () => Promise<TestDatabase>): Promise<void> {
  database = await open();
  dataSource = await database.connect();
  reader = await database.connect();
  target = targetSystem(dataSource);
}

afterEach(async () => {
  await target.close();
  await database.remove();
});

const change = (work: (manager: EntityManager) => Promise<unknown>) =>
  target.transaction(CHANGE, async (handles) => {
    await managerOf(handles).save(Note, note('x'));
    await work(managerOf(handles));
  });

interface RawConnection {
  stream?: { destroy(): void };
  connection?: { stream: { destroy(): void } };
}

/** Cuts the network connection under a manager that has one. */
function cut(manager: EntityManager): void {
  const raw = Reflect.get(manager.queryRunner!, 'databaseConnection') as RawConnection;
  (raw.connection ?? raw).stream!.destroy();
}

await describeOnServers('how a change ends', (open, engine) => {
  beforeEach(() => setUp(open));

  // Behind a pooler the server's reason does not come through.
  if (engine !== 'PgBouncer') {
    const [limit, ms] =
      engine === 'PostgreSQL'
        ? ['SET LOCAL idle_in_transaction_session_timeout = 50', 150]
        : ['SET SESSION wait_timeout = 1', 1_300];
    const idle = async (manager: EntityManager): Promise<void> => {
      await manager.query(limit);
      await new Promise((resolve) => setTimeout(resolve, ms));
    };

    const stating = async (manager: EntityManager): Promise<void> => {
      await idle(manager);
      await manager.query('SELECT 1');
    };

    it('is rolled back, and says by which setting, when it sends no statement for too long', async () => {
      // The others count in seconds.
      for (const work of engine === 'PostgreSQL' ? [stating, idle] : [stating]) {
        const outcome = await change(work);
        expect(outcome).toMatchObject({ status: 'rolled-back', error: expect.any(ConnectionEndedError) });
        expect(String((outcome as { error: unknown }).error)).toMatch(
          /change "add-notes".*(idle_in_transaction_session|wait)_timeout.*queryRunner\.query\('SET /,
        );
      }
      expect(await keysOf(reader)).toEqual([]);
    });

    if (engine === 'PostgreSQL') {
      it('is rolled back in a transaction of its own, and says the same', async () => {
        const ways: ((handles: Handles) => Promise<void>)[] = [
          () => dataSource.transaction(stating),
          (handles) => (handles.get(QUERY_RUNNER) as QueryRunner).manager.transaction(stating),
        ];
        for (const way of ways) {
          await expect(target.run(CHANGE, way)).rejects.toBeInstanceOf(ConnectionEndedError);
        }
      });
    }
  }

  it('is rolled back when its connection is lost before the commit', async () => {
    const outcome = await change(async (manager) => {
      cut(manager);
      await new Promise((resolve) => setTimeout(resolve, 50));
    });
    expect(outcome.status).toBe('rolled-back');
    expect(await keysOf(reader)).toEqual([]);
    for (let round = 0; round < 4; round += 1) {
      expect((await change((manager) => manager.query(`DELETE FROM ${noteTable(dataSource)}`))).status).toBe(
        'committed',
      );
    }
  });

  it('is unknown when its connection is lost in the commit', async () => {
    dataSource.subscribers.push({
      beforeTransactionCommit: ({ queryRunner }) => {
        setImmediate(() => cut(queryRunner.manager));
      },
    });
    const slow = async (manager: EntityManager): Promise<void> => {
      const send = (await manager.queryRunner!.connect()) as { query: (...args: unknown[]) => unknown };
      const query = send.query.bind(send);
      send.query = (...args) =>
        args[0] === 'COMMIT' ? void setTimeout(() => query(...args), 50) : query(...args);
    };
    const outcome = await change(slow);
    expect(outcome.status).toBe('unknown');
    dataSource.subscribers.pop();
    expect((await change((manager) => manager.query(`SELECT 1`))).status).not.toBe('unknown');
  });

  it('is told within seconds when a statement hangs, and the connection is not used again', async () => {
    const sleep = dataSource.options.type === 'postgres' ? 'SELECT pg_sleep(4)' : 'SELECT SLEEP(4)';
    const since = performance.now();
    const outcome = await change(async (manager) => {
      manager.query(sleep).catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, 100));
      throw new RangeError();
    });
    expect(outcome).toEqual({ status: 'rolled-back', error: expect.any(RangeError) });
    expect(performance.now() - since).toBeLessThan(3_500);
    const answers = await Promise.all([1, 2, 3].map(() => dataSource.query('SELECT 1 AS one')));
    expect(answers).toHaveLength(3);
    expect(performance.now() - since).toBeLessThan(3_800);
  });

  it('is taken back with a statement that nobody awaited, once that has ended', async () => {
    const sleep = dataSource.options.type === 'postgres' ? 'SELECT pg_sleep(0.3)' : 'SELECT SLEEP(0.3)';
    const outcome = await change(async (manager) => {
      manager.query(sleep).catch(() => undefined);
      manager.query(insertOf(dataSource, 'floating')).catch(() => undefined);
    });
    const error = expect.objectContaining({ name: 'UnawaitedStatementsError' }) as unknown;
    expect(outcome).toEqual({ status: 'rolled-back', error });
    expect(await keysOf(reader)).toEqual([]);
  });

  it('uses the isolation level of the server', async () => {
    const query =
      dataSource.options.type === 'postgres'
        ? `SELECT current_setting('transaction_isolation') AS level`
        : `SHOW VARIABLES LIKE 't%_isolation'`;
    const outside = await dataSource.query<unknown[]>(query);
    let inside: unknown[] = [];
    await change(async (manager) => (inside = await manager.query(query)));
    expect(outside).not.toEqual([]);
    expect(inside).toEqual(outside);
  });
});

await describeOn(['postgres18'], 'how a change ends on PostgreSQL 18', ({ postgres18 }) => {
  beforeEach(() => setUp(() => PostgresSchema.create(postgres18)));

  it('is rolled back, and says by which setting, when it takes too long', async () => {
    const outcome = await change(async (manager) => {
      await manager.query('SET LOCAL transaction_timeout = 50');
      await manager.query('SELECT pg_sleep(1)');
    });
    expect(outcome).toMatchObject({ status: 'rolled-back', error: { setting: 'transaction_timeout' } });
    expect(await keysOf(reader)).toEqual([]);
  });
});

await describeOn(['postgres'], 'how a change ends on PostgreSQL', ({ postgres }) => {
  beforeEach(() => setUp(() => PostgresSchema.create(postgres)));

  it('is rolled back when the commit of a failed transaction is answered by a rollback', async () => {
    const outcome = await change((manager) => manager.query('SELEC').catch(() => undefined));
    expect(outcome).toEqual({ status: 'rolled-back', error: expect.any(CommitRefusedError) });
    expect(await keysOf(reader)).toEqual([]);
  });

  it('is rolled back when a deferred constraint refuses the commit', async () => {
    const child = noteTable(dataSource).replace('note', 'child');
    await dataSource.query(
      `CREATE TABLE ${child} (k VARCHAR(100) REFERENCES ${noteTable(dataSource)} DEFERRABLE INITIALLY DEFERRED)`,
    );
    const outcome = await change((manager) => manager.query(`INSERT INTO ${child} VALUES ('nobody')`));
    expect(outcome).toMatchObject({ status: 'rolled-back', error: { code: '23503' } });
    expect(await keysOf(reader)).toEqual([]);
  });

  const NON_TRANSACTIONAL: Record<string, (table: string) => readonly string[]> = {
    'CREATE INDEX CONCURRENTLY': (table) => [`CREATE INDEX CONCURRENTLY ON ${table} (value)`],
    VACUUM: (table) => [`/* clean */ VACUUM ${table}`],
    'CREATE DATABASE D': () => ['CREATE DATABASE d'],
    'use of a new enum value': () => [
      `ALTER TYPE pg_temp.mood ADD VALUE 'new'`,
      `SELECT 'new'::pg_temp.mood`,
    ],
  };
  for (const [title, statements] of Object.entries(NON_TRANSACTIONAL)) {
    it(`tells the remedy for ${title}`, async () => {
      dataSource.subscribers.push({
        beforeTransactionStart: ({ queryRunner }) =>
          queryRunner.query(`CREATE TYPE pg_temp.mood AS ENUM ('old')`),
      });
      const outcome = await change(async (manager) => {
        for (const statement of statements(noteTable(dataSource))) await manager.query(statement);
      });
      expect(outcome).toMatchObject({
        status: 'rolled-back',
        error: { constructor: NonTransactionalStatementError, changeId: CHANGE.changeId },
      });
      expect(String((outcome as { error: unknown }).error)).toContain('"transactional: false"');
    });
  }

  it('passes the error of a SET TRANSACTION that comes too late', async () => {
    const outcome = await change((manager) => manager.query('SET TRANSACTION ISOLATION LEVEL SERIALIZABLE'));
    expect(outcome).toMatchObject({ status: 'rolled-back', error: { code: '25001' } });
  });

  it('admits what only looks like the end of a transaction', async () => {
    const outcome = await change(async (manager) => {
      await manager.query(`DO $$ BEGIN PERFORM 1; END $$; SELECT '; COMMIT'; SELECT 1 -- ; ROLLBACK`);
      await manager.query(
        'CREATE FUNCTION pg_temp.f() RETURNS int LANGUAGE SQL BEGIN ATOMIC SELECT 1; SELECT 2; END',
      );
      await expect(manager.query('SELECT 1; COMMIT')).rejects.toThrow(/may not COMMIT/);
      await expect(manager.query(`PREPARE TRANSACTION 'x'`)).rejects.toThrow(/may not PREPARE/);
    });
    expect(outcome).toEqual({ status: 'committed' });
  });
});
