import { OpenTransactionError } from '@nestjs-flamingock/core';
import type { AdapterHost } from '@nestjs-flamingock/core/adapter';
import type { DataSource, QueryRunner } from 'typeorm';
import type { Row, Sql } from '../../sql/sql.js';
import { ConnectionInTransactionError } from '../../typeorm.errors.js';
import type { SqlDatabase } from '../database.js';
import type { Dialect, SqlExecutor, SqlResult, Upsert } from '../../sql/dialect.js';
import { assertOpen, openRunner, setDepth } from '../query-runner.js';
import type { RowWrite } from '../../sql/row-write.js';
import { SqliteForeignKeys, type ForeignKeysOff } from './sqlite-foreign-keys.js';
import { sqliteDialect } from './sqlite.dialect.js';
import { executeNow, withoutBusyTimeout, type SqliteHandle } from './sqlite-handle.js';
import { BUSY_MS, retryWhileBusy } from '../while-busy.js';
import { SqliteTransaction, type ChangeConnection } from './sqlite.transaction.js';

/**
 * How long a transaction that is open at the end of a change may go on, in milliseconds. No setting: the application's
 * own end in a moment, and those that a change forgot never do.
 */
const OWN_END_MS = 1_000;

/**
 * SQLite, where TypeORM gives every query runner of a DataSource the same connection.
 *
 * The driver is synchronous: no other code runs within one tick of the event loop. So
 * our own statements look for an open transaction and run in the same tick, and our own
 * short transactions are not mixed with others. None of them may wait inside the driver,
 * which would stop the whole process.
 */
export class SqliteDatabase implements SqlDatabase {
  readonly dialect: Dialect = sqliteDialect;
  private heldByChange = false;
  private foreignKeys: SqliteForeignKeys | undefined;
  /** Those of a change that another one follows: to turn them has every statement compiled anew. */
  private keptOff: ForeignKeysOff | undefined;

  constructor(
    private readonly dataSource: DataSource,
    private readonly host: AdapterHost,
  ) {}

  execute(statement: Sql): Promise<SqlResult> {
    return this.within(BUSY_MS).execute(statement);
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
    }, BUSY_MS);
  }

  async createTables(statements: readonly Sql[]): Promise<void> {
    for (const statement of statements) await this.execute(statement);
  }

  /** Waits for no holder: a transaction on this database keeps all others from writing, and so from claiming. */
  claim(upsert: Upsert, _write: RowWrite, on: SqlExecutor = this): Promise<Row | undefined> {
    return this.dialect.upsert(on, upsert);
  }

  checkPool(): void {
    // The lock needs no renewal while a change's transaction is open.
  }

  async begin(changeId: string): Promise<SqliteTransaction> {
    const runner = openRunner(this.dataSource);
    await runner.broadcaster.broadcast('BeforeTransactionStart');
    let looked = false;
    const connection = await this.whenFree((handle) => {
      // TypeORM may report a transaction that is about to begin, or that never began: a failed BEGIN
      // leaves the flag set. So look once more.
      if (runner.isTransactionActive && !looked) {
        looked = true;
        throw new ConnectionInTransactionError(false);
      }
      // Not TypeORM's deferred BEGIN: a transaction that reads before it writes is
      // refused, without waiting, as soon as another process has written.
      const begin = (): unknown => handle.exec('BEGIN IMMEDIATE');
      const foreignKeys = this.foreignKeysOf(handle, runner).turnOff(begin);
      this.endKeptOff();
      this.heldByChange = true;
      setDepth(runner, 1);
      return this.connectionOf(handle, foreignKeys);
    }, BUSY_MS);
    return this.told(new SqliteTransaction(changeId, runner, connection));
  }

  /** As TypeORM, which rolls back where a subscriber fails. */
  private async told(transaction: SqliteTransaction): Promise<SqliteTransaction> {
    try {
      await transaction.runner.broadcaster.broadcast('AfterTransactionStart');
      return transaction;
    } catch (error) {
      await transaction.rollBack(error);
      await transaction.release();
      throw error;
    }
  }

  /** No transaction has begun, but the foreign keys may still be off for it. */
  async endBegun(): Promise<void> {
    this.endKeptOff();
  }

  async lend(changeId: string, work: (runner: QueryRunner) => Promise<void>): Promise<void> {
    const runner = openRunner(this.dataSource);
    const handle = await this.handle();
    const turnOff = (): ForeignKeysOff => this.foreignKeysOf(handle, runner).turnOff();
    const foreignKeys = await this.whenFree(turnOff, BUSY_MS);
    let leftOpen: boolean;
    try {
      await work(runner);
    } finally {
      leftOpen = await this.endLeftOpen(handle, runner);
      foreignKeys.end();
      await runner.release();
    }
    if (leftOpen) throw new OpenTransactionError(changeId, 'query runner');
    assertOpen(this.dataSource);
    foreignKeys.assertKept(changeId);
  }

  /**
   * True if a transaction was left open, which is rolled back. It may be the application's own,
   * which is given time to end.
   */
  private async endLeftOpen(handle: SqliteHandle, runner: QueryRunner): Promise<boolean> {
    const wait = this.whenFree(() => undefined, OWN_END_MS);
    const isFree = await wait.then(
      () => true,
      () => !handle.inTransaction || this.heldByChange,
    );
    if (isFree) return false;
    handle.exec('ROLLBACK');
    setDepth(runner, 0);
    return true;
  }

  /** There is one connection, which is the application's. */
  watched(runner: QueryRunner): QueryRunner {
    return runner;
  }

  private connectionOf(handle: SqliteHandle, foreignKeys: ForeignKeysOff): ChangeConnection {
    return {
      handle,
      run: (statement) => this.run(handle, statement),
      retryWhileBusy: (attempt) => this.retryWhileBusy(attempt, this.host.limits.commitMs),
      assertForeignKeys: (changeId) => foreignKeys.assertKept(changeId),
      ended: (isFollowed) => {
        this.heldByChange = false;
        if (isFollowed) this.keptOff = foreignKeys;
        else foreignKeys.end();
      },
    };
  }

  private endKeptOff(): void {
    this.keptOff?.end();
    this.keptOff = undefined;
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
    return this.retryWhileBusy(async () => {
      const handle = await this.handle();
      if (handle.inTransaction) throw new ConnectionInTransactionError(this.heldByChange);
      return withoutBusyTimeout(handle, act);
    }, patienceMs);
  }

  private retryWhileBusy<T>(attempt: () => Promise<T>, forMs: number): Promise<T> {
    return retryWhileBusy(this.host, this.dialect, { forMs }, attempt);
  }

  private handle(): Promise<SqliteHandle> {
    assertOpen(this.dataSource);
    return this.dataSource.driver.createQueryRunner('master').connect() as Promise<SqliteHandle>;
  }
}
