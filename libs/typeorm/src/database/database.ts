import type { TransactionOutcome } from '@nestjs-flamingock/core/adapter';
import type { QueryRunner } from 'typeorm';
import type { Row, Sql } from '../sql/sql.js';
import type { Dialect, SqlExecutor, Upsert } from '../sql/dialect.js';
import type { LexicalRules } from '../sql/statement-words.js';
import type { RowWrite } from '../sql/row-write.js';

/**
 * The database behind a DataSource, as the stores use it. What is executed here never
 * becomes part of a transaction that the application or a change has open.
 *
 * While another transaction is writing, everything here is tried again for a bounded time
 * before the driver's error surfaces.
 */
export interface SqlDatabase extends SqlExecutor {
  readonly dialect: Dialect;

  /** Absent where every statement has the same connection. */
  readonly heartbeat?: Heartbeat;

  /** The same database, with another bound on the time that a busy one is waited for. */
  within(patienceMs: number): SqlExecutor;

  /** Absent where a DataSource always names the place of its tables. */
  readonly searchPath?: SearchPath | undefined;

  /**
   * Runs all statements or none; none as well when the first one affects no row, which
   * answers `false`.
   */
  atomically(guard: Sql, rest: readonly Sql[]): Promise<boolean>;

  /** Creates tables; any number of processes may do so at the same time. */
  createTables(statements: readonly Sql[]): Promise<void>;

  /**
   * Writes a row for a holder of the lock. Waits for an open transaction that has
   * written it, and ends that transaction on the server if it hangs and belongs to a
   * holder whose token is not above: the caller has succeeded it.
   *
   * @param on the transaction to write in. @default a new one
   * @throws RowHeldError when the row stays held by a transaction that cannot be ended.
   */
  claim(upsert: Upsert, write: RowWrite, on?: SqlExecutor): Promise<Row | undefined>;

  /**
   * @throws PoolTooSmallError where the lock could not be renewed while a change's
   * transaction is open.
   */
  checkPool(): void;

  /**
   * Opens the transaction of a change, or of several that begin with it, ready to write, on a separate connection.
   *
   * @throws the admission's refusal
   */
  begin(changeId: string, admission?: Admission): Promise<ChangeTransaction>;

  /** Ends the transaction that has begun with the commit of another one, if there is one. */
  endBegun(): Promise<void>;

  /**
   * Calls `work` with a runner outside any transaction, and releases its connection.
   *
   * @throws OpenTransactionError when `work` left a transaction open, which is rolled back.
   */
  lend(changeId: string, work: (runner: QueryRunner) => Promise<void>): Promise<void>;

  /** The runner for a change without a transaction: a connection with lasting settings of the change does not return to the pool. */
  watched(runner: QueryRunner): QueryRunner;
}

/** Where tables are looked for that no place is named for, in a session that has just begun. */
export interface SearchPath {
  /** Where the name of a table leads: to where it is, or would be created. */
  placeOf(table: string): Promise<string | undefined>;

  /** Each place with a table of that name that has a row of the service, as far as the user can read them. */
  placesOf(table: string, service: string): Promise<readonly string[]>;
}

/** A connection of a pool that stays ours while a lock is held, so that no other user of the pool keeps us from renewing it. */
export interface Heartbeat {
  /** Keeps it for a holder until {@link end}, or for `ms` from now on if that never comes. */
  keep(holder: string, ms: number): void;

  /** Releases it to the pool, unless another holder needs it. */
  end(holder: string): Promise<void>;

  /**
   * Executes on it, before all that wait for it. After `atMostMs` it is closed, and the
   * next statement has another one.
   */
  within(atMostMs: number): SqlExecutor;
}

/**
 * First statement of a change's transaction that shares the audit store's database: marks
 * the head as the transaction's own, so that a holder that takes over finds it there, and ends it
 * if it hangs at any statement of the change.
 */
export interface Admission {
  /** An UPDATE of one row; affects none once a later holder has claimed the head. */
  readonly statement: () => Sql;
  readonly refusal: () => Error;
}

/** The part of a transaction that is one change's, behind a savepoint. */
export interface TransactionPart {
  /**
   * Resolves to whether another part may follow: `closed` where something that was set lasts to the end of the
   * transaction.
   *
   * @throws where something does not hold that has to at the end of a change, or the part has to be rolled back.
   */
  keep(): Promise<'open' | 'closed'>;

  /**
   * Resolves to `apart` where the change may have failed for no other reason than the parts before it.
   *
   * @throws where the transaction has ended.
   */
  rollBack(): Promise<'rolled-back' | 'apart'>;
}

/** The open transaction of a change, or of several, one after the other. */
export interface ChangeTransaction extends SqlExecutor {
  readonly runner: QueryRunner;
  readonly lexicalRules: LexicalRules;

  /** Begins the part of the next one of several changes. */
  beginPart(changeId: string): Promise<TransactionPart>;

  /** Whether it is certain to keep what a transaction at this isolation level keeps, as TypeORM writes the level. */
  includesLevel(level: string): boolean;

  /** @throws an error that names the change if this SQL text may not run inside it. */
  admit(text: string): void;

  /**
   * Hands the driver's connection out. What is done with it is not seen, so it is closed in the
   * end, and the transaction is looked at before anything of ours becomes part of it.
   */
  lendConnection(): Promise<unknown>;

  /** Runs a statement of the change, and makes its error one that tells the remedy. */
  perform<T>(text: string, statement: () => Promise<T>): Promise<T>;

  /**
   * Called once the change has run its last statement: the session is made fit for our own.
   *
   * @throws ImplicitCommitError, TransactionLostError when it is no longer the transaction that was begun.
   */
  complete(): Promise<void>;

  /**
   * The row that the admission marked, as it was then, where {@link commitWith} is possible:
   * until the end of the transaction no other one changes it.
   */
  readonly admitted?: Row | undefined;

  /**
   * Sends a statement with the COMMIT, in one message, after all that was executed before.
   * The commit fails if the statement does.
   */
  commitWith?(statement: Sql): void;

  /**
   * Commits, and returns the outcome. Where `next` is given, the next transaction may have
   * begun with it, for {@link SqlDatabase.begin} with the same admission.
   */
  commit(next?: Admission): Promise<TransactionOutcome>;

  /** Rolls back all that can be rolled back, because of `error`. Bounded in time. */
  rollBack(error: unknown): Promise<TransactionOutcome>;

  /** Releases the connection to the pool, or closes it if it must not be used again. */
  release(): Promise<void>;
}
