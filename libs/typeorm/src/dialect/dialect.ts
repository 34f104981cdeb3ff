import type { ColumnType, Table } from '../schema/table.js';
import type { Row, Sql, SqlSyntax, SqlValue } from '../sql.js';

/** What a statement gave back. */
export interface SqlResult {
  readonly rows: readonly Row[];
  /** Rows that an UPDATE or DELETE without RETURNING matched. */
  readonly affected: number;
}

/** Runs statements: each by itself on a database, or all of them inside one transaction. */
export interface SqlExecutor {
  execute(statement: Sql): Promise<SqlResult>;
}

/** Inserts a row, or updates the one with the same key on a condition. */
export interface Upsert {
  readonly table: Table;
  /** Values of the primary key. */
  readonly key: Readonly<Record<string, SqlValue>>;
  readonly insert: Readonly<Record<string, Sql | SqlValue>>;
  /** May refer to the row as it was by `name(table, column)`. */
  readonly update: Readonly<Record<string, Sql | SqlValue>>;
  /** Condition on the row as it was, by `name(table, column)`. */
  readonly when: Sql;
}

/** Everything in which SQL databases differ, apart from their connections ({@link SqlDatabase}). */
export interface Dialect extends SqlSyntax {
  readonly columnTypes: Readonly<Record<ColumnType, string>>;

  /** The server's time in whole milliseconds since 1970. */
  readonly nowMs: Sql;

  /** True where an open transaction keeps everybody else from writing anything. */
  readonly oneWriter: boolean;

  /** A query whose rows have the `name` of each of these tables that exists. */
  existingTables(names: readonly string[]): Sql;

  /**
   * One atomic write. Answers the row as it then is, or `undefined` if it was there
   * and the condition did not hold.
   */
  upsert(on: SqlExecutor, upsert: Upsert): Promise<Row | undefined>;

  /** True when a statement failed because a table does not exist. */
  isMissingTable(error: unknown): boolean;

  /** True when a statement failed, without effect, because somebody else is writing. */
  isBusy(error: unknown): boolean;
}
