import type { QueryRunner } from 'typeorm';
import type { Sql } from '../sql.js';
import type { Dialect, SqlExecutor } from './dialect.js';

/**
 * The database behind a DataSource, as the stores use it. What is executed here never
 * becomes part of a transaction that the application or a change has open.
 *
 * While somebody else is writing, everything here is tried again for a bounded time
 * before the driver's error surfaces.
 */
export interface SqlDatabase extends SqlExecutor {
  readonly dialect: Dialect;

  /** The same database, with another bound on the time that a busy one is waited for. */
  within(patienceMs: number): SqlExecutor;

  /** Runs all statements or none; none as well when the first one affects no row, which answers `false`. */
  atomically(guard: Sql, rest: readonly Sql[]): Promise<boolean>;

  /** Creates tables; any number of processes may do so at the same time. */
  createTables(statements: readonly Sql[]): Promise<void>;

  /** Opens a change's transaction, ready to write, on a runner of its own. */
  begin(): Promise<QueryRunner>;

  /** Commits what `begin` opened. Resolves only if it is durable. */
  commit(runner: QueryRunner): Promise<void>;

  /** Takes back what `begin` opened, and says whether nothing of it stayed. */
  rollBack(runner: QueryRunner): Promise<'rolled-back' | 'partly-applied'>;

  /** Executes inside the transaction of a runner. */
  inside(runner: QueryRunner): SqlExecutor;
}
