import { setTimeout as sleep } from 'node:timers/promises';
import { performance } from 'node:perf_hooks';
import type { DataSource, QueryRunner } from 'typeorm';
import type { Row, Sql } from '../sql.js';
import { ConnectionInTransactionError } from '../typeorm.errors.js';
import type { ChangeTransaction, SqlDatabase } from './database.js';
import type { Dialect, SqlExecutor, SqlResult, Upsert } from './dialect.js';
import { openRunner } from './query-runner.js';
import type { RowWrite } from './row-write.js';
import { SqliteForeignKeys, type ForeignKeysOff } from './sqlite-foreign-keys.js';
import { sqliteDialect } from './sqlite.dialect.js';
import { executeNow, impatiently, type SqliteHandle } from './sqlite-handle.js';
import { SqliteTransaction, type ChangeConnection } from './sqlite.transaction.js';

/** How long a busy database is waited for, in milliseconds. */
const PATIENCE_MS = 10_000;

/**
 * SQLite, where TypeORM gives every query runner of a DataSource the same connection.
 *
 * The driver is synchronous: what happens between two ticks of the event loop, nobody
 * comes between. That is how our own statements look for an open transaction and run
 * at once, how our own short transactions stay ours, and why none of them may wait
 * inside the driver, which would stop the whole process.
 */
export class SqliteDatabase implements SqlDatabase {
  readonly dialect: Dialect = sqliteDialect;
  private heldByChange = false;
  private foreignKeys: SqliteForeignKeys | undefined;

  constructor(private readonly dataSource: DataSource) {}

  execute(statement: Sql): Promise<SqlResult> {
    return this.within(PATIENCE_MS).execute(statement);
  }

  within(patienceMs: number): SqlExecutor {
    return {
      execute: (statement) => this.whenFree((handle) => this.run(handle, statement), patienceMs),
    };
  }

  atomically(guard: Sql, rest: readonly Sql[]): Promise<boolean> {
    return this.whenFree((handle) => {
      handle.exec('BEGIN IMMEDIATE');
      try {
        const passed = this.run(handle, guard).affected > 0;
        if (passed) for (const statement of rest) this.run(handle, statement);
        handle.exec('COMMIT');
        return passed;
      } finally {
        if (handle.inTransaction) handle.exec('ROLLBACK');
      }
    }, PATIENCE_MS);
  }

  async createTables(statements: readonly Sql[]): Promise<void> {
    for (const statement of statements) await this.execute(statement);
  }

  /** Nothing to wait for: a transaction on this database keeps everybody from asking. */
  claim(upsert: Upsert, _write: RowWrite, on: SqlExecutor = this): Promise<Row | undefined> {
    return this.dialect.upsert(on, upsert);
  }

  checkPool(): void {
    // The lock needs no renewal while a change's transaction is open.
  }

  async begin(changeId: string): Promise<ChangeTransaction> {
    const runner = openRunner(this.dataSource);
    let looked = false;
    const connection = await this.whenFree((handle) => {
      // A runner that says so without a transaction is about to begin one, or failed to
      // long ago and keeps saying so: TypeORM does not take it back.
      if (runner.isTransactionActive && !looked) {
        looked = true;
        throw new ConnectionInTransactionError(false);
      }
      // Not TypeORM's deferred BEGIN: a transaction that reads before it writes is
      // refused, without waiting, as soon as another process has written.
      const begin = (): unknown => handle.exec('BEGIN IMMEDIATE');
      const foreignKeys = this.foreignKeysOf(handle, runner).turnOff(begin);
      this.heldByChange = true;
      Object.assign(runner, { isTransactionActive: true, transactionDepth: 1 });
      return this.connectionOf(handle, foreignKeys);
    }, PATIENCE_MS);
    return new SqliteTransaction(changeId, runner, connection);
  }

  /** Every transaction begins by itself: there is no way to the server to be spared. */
  async letGo(): Promise<void> {
    // There is none.
  }

  /** Whose transaction is open on the one connection cannot be told; it is left alone. */
  async lend(changeId: string, work: (runner: QueryRunner) => Promise<void>): Promise<void> {
    const runner = openRunner(this.dataSource);
    const foreignKeys = await this.whenFree(
      (handle) => this.foreignKeysOf(handle, runner).turnOff(),
      PATIENCE_MS,
    );
    try {
      await work(runner);
      foreignKeys.assertKept(changeId);
    } finally {
      foreignKeys.end();
      await runner.release();
    }
  }

  /** There is one connection, which is the application's. */
  watched(runner: QueryRunner): QueryRunner {
    return runner;
  }

  private connectionOf(handle: SqliteHandle, foreignKeys: ForeignKeysOff): ChangeConnection {
    return {
      handle,
      run: (statement) => this.run(handle, statement),
      whileBusy: (attempt) => this.whileBusy(attempt, PATIENCE_MS),
      assertForeignKeys: (changeId) => foreignKeys.assertKept(changeId),
      ended: () => {
        this.heldByChange = false;
        foreignKeys.end();
      },
    };
  }

  private foreignKeysOf(handle: SqliteHandle, runner: QueryRunner): SqliteForeignKeys {
    if (this.foreignKeys?.handle !== handle) this.foreignKeys = new SqliteForeignKeys(handle, runner);
    return this.foreignKeys;
  }

  private run(handle: SqliteHandle, statement: Sql): SqlResult {
    const { text, values } = statement.render(this.dialect);
    this.dataSource.logger.logQuery(text, values);
    return executeNow(handle, text, values);
  }

  private whenFree<T>(act: (handle: SqliteHandle) => T, patienceMs: number): Promise<T> {
    return this.whileBusy(async () => {
      const handle = await this.handle();
      if (handle.inTransaction) throw new ConnectionInTransactionError(this.heldByChange);
      return impatiently(handle, act);
    }, patienceMs);
  }

  private async whileBusy<T>(attempt: () => Promise<T>, patienceMs: number): Promise<T> {
    const deadline = performance.now() + patienceMs;
    for (;;) {
      try {
        return await attempt();
      } catch (error) {
        if (this.dialect.troubleOf(error) !== 'busy' || performance.now() >= deadline) throw error;
      }
      await sleep(5 + Math.random() * 20);
    }
  }

  private async handle(): Promise<SqliteHandle> {
    return (await this.dataSource.driver.createQueryRunner('master').connect()) as SqliteHandle;
  }
}
