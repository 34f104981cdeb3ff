import { setTimeout as sleep } from 'node:timers/promises';
import { performance } from 'node:perf_hooks';
import type { DataSource, QueryRunner } from 'typeorm';
import type { Sql } from '../sql.js';
import { ConnectionInTransactionError } from '../typeorm.errors.js';
import type { SqlDatabase } from './database.js';
import type { Dialect, SqlExecutor, SqlResult } from './dialect.js';
import { openRunner, runnerExecutor } from './query-runner.js';
import { sqliteDialect } from './sqlite.dialect.js';
import { executeNow, impatiently, type SqliteHandle } from './sqlite-handle.js';

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

  async begin(): Promise<QueryRunner> {
    const runner = openRunner(this.dataSource);
    let looked = false;
    await this.whenFree((handle) => {
      // A runner that says so without a transaction is about to begin one, or failed to
      // long ago and keeps saying so: TypeORM does not take it back.
      if (runner.isTransactionActive && !looked) {
        looked = true;
        throw new ConnectionInTransactionError(false);
      }
      // Not TypeORM's deferred BEGIN: a transaction that reads before it writes is
      // refused, without waiting, as soon as another process has written.
      handle.exec('BEGIN IMMEDIATE');
      this.heldByChange = true;
      Object.assign(runner, { isTransactionActive: true, transactionDepth: 1 });
    }, PATIENCE_MS);
    return runner;
  }

  async commit(runner: QueryRunner): Promise<void> {
    // A busy COMMIT leaves the transaction open and may be sent again.
    await this.whileBusy(async () => {
      try {
        await runner.commitTransaction();
      } catch (error) {
        // Not active any more: it is committed, and only a subscriber failed after it.
        if (runner.isTransactionActive) throw error;
      }
    }, PATIENCE_MS);
    this.heldByChange = false;
  }

  async rollBack(runner: QueryRunner): Promise<'rolled-back' | 'partly-applied'> {
    const handle = await this.handle();
    const wasOpen = handle.inTransaction;
    try {
      while (runner.isTransactionActive) await runner.rollbackTransaction();
    } catch (error) {
      if (handle.inTransaction) handle.exec('ROLLBACK');
      if (handle.inTransaction) throw error;
    } finally {
      Object.assign(runner, { isTransactionActive: false, transactionDepth: 0 });
      this.heldByChange = false;
    }
    // SQLite ends a transaction by itself on some errors; what came after was not part of it.
    return wasOpen ? 'rolled-back' : 'partly-applied';
  }

  inside(runner: QueryRunner): SqlExecutor {
    return runnerExecutor(runner, this.dialect);
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
        if (!this.dialect.isBusy(error) || performance.now() >= deadline) throw error;
      }
      await sleep(5 + Math.random() * 20);
    }
  }

  private async handle(): Promise<SqliteHandle> {
    return (await this.dataSource.driver.createQueryRunner('master').connect()) as SqliteHandle;
  }
}
