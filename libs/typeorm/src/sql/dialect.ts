import type { DataSource } from 'typeorm';
import type { ColumnType, Table } from './table.js';
import type { Row, Sql, SqlSyntax, SqlValue } from './sql.js';
import type { LexicalRules } from './statement-words.js';
import type { RowWrite } from './row-write.js';

/** The result of a statement. */
export interface SqlResult {
  readonly rows: readonly Row[];
  /**
   * Rows that an INSERT, or an UPDATE or DELETE without RETURNING, wrote. An UPDATE that
   * may leave a row as it was counts it for certain if it assigns {@link Dialect.counted}.
   */
  readonly affected: number;
}

/** Runs statements: each by itself on a database, or all of them inside one transaction. */
export interface SqlExecutor {
  execute(statement: Sql): Promise<SqlResult>;
}

/** Holds for a row whose column is not above a value; with an owner, and not that value of another owner. */
export interface UpsertCondition {
  readonly column: string;
  readonly atMost: Sql | SqlValue;
  /** Compared with the column `owner`. */
  readonly owner?: string;
}

/** Inserts a row, or updates the one with the same key on a condition. */
export interface Upsert {
  readonly table: Table;
  /** Values of the primary key. */
  readonly key: Readonly<Record<string, SqlValue>>;
  readonly insert: Readonly<Record<string, Sql | SqlValue>>;
  /** May refer to the row as it was by `name(table, column)`. */
  readonly update: Readonly<Record<string, Sql | SqlValue>>;
  /**
   * Condition on a column of the row as it was; `update` has to assign it.
   *
   * @default none: an existing row is always updated
   */
  readonly onlyWhile?: UpsertCondition;
  /**
   * What follows SELECT: `FROM … WHERE …`. Nothing is inserted unless it finds its one row.
   *
   * @default none: the values are inserted as they are
   */
  readonly from?: Sql;
}

/** What a failed statement failed of, where we act on it. */
export type SqlErrorKind =
  /** A table does not exist. */
  | 'missing-table'
  /** The schema, or database, that a table is to be in does not exist. */
  | 'missing-schema'
  /** Without effect, because another transaction is writing: it may be tried again. */
  | 'busy'
  /** Another process is creating the same table at this moment. */
  | 'being-created'
  /** The database user may not do this. */
  | 'forbidden'
  /** The database has no characters for a text, or no room. */
  | 'unstorable';

/** Everything in which SQL databases differ, apart from their connections ({@link SqlDatabase}). */
export interface Dialect extends SqlSyntax {
  readonly columnTypes: Readonly<Record<ColumnType, string>>;

  /** What follows the closing parenthesis of CREATE TABLE. */
  readonly tableSuffix: string;

  /** The server's time in whole milliseconds since 1970, in any time zone of the session. */
  readonly nowMs: Sql;

  /** How the server reads SQL text. */
  readonly lexicalRules: LexicalRules;

  /** True where an open transaction keeps all others from writing anything. */
  readonly oneWriter: boolean;

  /** True where a database has schemas that tables can be put into. */
  readonly hasSchemas: boolean;

  /** True where GROUP BY over an index steps from one group to the next. */
  readonly groupsByIndex: boolean;

  /**
   * The place that the DataSource itself names for tables: a schema, or where there are none the
   * database. `undefined` where it names none.
   */
  placeOf(dataSource: DataSource): string | undefined;

  /** A place in words: `schema "public" of database "shop"`. */
  inWords(dataSource: DataSource, place: string): string;

  /** A query whose rows have `name` and `col` of each column of these tables that exists in the place, the name as it stands here. */
  existingColumns(tables: readonly string[], place: string): Sql;

  /** @throws ConnectionCharsetError when texts would not come back unchanged. */
  checkSession?(on: SqlExecutor): Promise<void>;

  /** One atomic write. Answers whether it happened: not, if the row was there and the condition did not hold. */
  write(on: SqlExecutor, upsert: Upsert): Promise<boolean>;

  /**
   * As `write`, and answers the row, or `undefined` if nothing was written. Where that
   * takes a second statement, another holder may have written the row in between.
   */
  upsert(on: SqlExecutor, upsert: Upsert): Promise<Row | undefined>;

  /** The greater one of a column and a number. */
  readonly greatest: (column: Sql, value: number) => Sql;

  /** A positive number, to be assigned by an UPDATE that counts rows which do not change, too. */
  readonly counted: (value: Sql) => Sql;

  /** Ends a SELECT whose rows stay as they are until the end of the transaction. */
  readonly sharedLock: Sql;

  /**
   * Value of a row's `writer`, written with it: leads from a row to the open transaction that wrote
   * it, and to the one that waits to write it.
   */
  readonly writer: (write: RowWrite) => Sql;

  /**
   * One statement that inserts `rows` (of the table's columns, in order) if `guard`, an
   * UPDATE of one row, finds its row. Affects no row otherwise. Absent where there is no
   * such statement.
   */
  guardedInsert?(guard: Sql, table: Table, rows: readonly (readonly SqlValue[])[]): Sql;

  /**
   * As `guardedInsert`, but fails if `guard` does not find its row: for where the caller does not learn how
   * many rows it affects, and with its values written out, not bound. The table's first column is
   * one of the guard's row, too.
   */
  strictInsert?(guard: Sql, table: Table, rows: readonly (readonly SqlValue[])[]): Sql;

  /**
   * A statement that bounds how long each later one of a change waits for a lock, in milliseconds; or why there is none.
   */
  boundLockWaits(ms: number, inTransaction: boolean): string | { readonly obstacle: string };

  /** Why a statement failed, if it is anything that we act on. */
  classifyError(error: unknown): SqlErrorKind | undefined;
}
