import type { DataSource, QueryRunner } from 'typeorm';
import type { Admission, SearchPath } from './database.js';
import type { Dialect, SqlExecutor } from '../sql/dialect.js';
import type { PooledTransaction } from './pooled/pooled.transaction.js';
import type { TransactionParts } from './pooled/transaction-parts.js';
import type { RowWrite } from '../sql/row-write.js';

/** The open transaction that was found to have written an awaited row. */
export interface RowHolder {
  /** Names this one transaction. */
  readonly id: string;
  /** In words: connection, user, what it does. */
  readonly description: string;
}

/** Calls `use` with a runner outside any transaction, and gives its connection back. */
export type Connected = <T>(use: (runner: QueryRunner) => Promise<T>) => Promise<T>;

/** Everything in which database servers differ in the handling of connections. */
export interface Server {
  readonly dialect: Dialect;

  /**
   * Executes on a runner, inside the transaction that it has open, if any. Values of rows are the texts
   * that the server sends: the application's own conversions do not apply.
   */
  executor(dataSource: DataSource, runner: QueryRunner): SqlExecutor;

  /** Absent where a DataSource always names the place of its tables. */
  searchPath?(dataSource: DataSource, connected: Connected): SearchPath;

  /**
   * Opens the transaction of a change on a runner without one.
   *
   * @throws the admission's refusal
   */
  begin(
    parts: Omit<TransactionParts, 'executor'>,
    admission: Admission | undefined,
  ): Promise<PooledTransaction>;

  /** True if an SQL text does something to its session that lasts. */
  altersSession(text: string): boolean;

  /** True if the runner's connection is not as the pool gave it: inside a transaction, or about to be. */
  isInTransaction(dataSource: DataSource, runner: QueryRunner): Promise<boolean>;

  /** Gives what makes of an error of the runner's statements one that names the setting by which the server has ended its connection. */
  watchEnd(runner: QueryRunner): (changeId: string, error: unknown) => unknown;

  /** Most connections that the DataSource's pool opens at a time. */
  poolSize(dataSource: DataSource): number;

  /** What raises it, in words. */
  readonly poolSetting: string;

  /** How many of them are taken, or waited for. */
  connectionsInUse(dataSource: DataSource): number;

  /**
   * Looks for the open transaction that keeps this one write waiting, on a connection of its own, and
   * ends it if it hangs, has written the same row for a holder whose token is not above, and is the
   * one that was `seen` before.
   */
  endHolder(
    dataSource: DataSource,
    on: QueryRunner,
    awaited: RowWrite,
    seen: RowHolder | undefined,
  ): Promise<RowHolder | undefined>;
}
