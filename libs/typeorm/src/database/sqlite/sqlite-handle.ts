import type { SqlValue, Row } from '../../sql/sql.js';
import type { SqlResult } from '../../sql/dialect.js';

/** What we use of better-sqlite3's connection. */
export interface SqliteHandle {
  readonly open: boolean;
  readonly inTransaction: boolean;
  exec(text: string): unknown;
  prepare(text: string): SqliteStatement;
}

/** A statement of it, made once. */
export interface SqliteStatement {
  /** True for statements that return rows. */
  readonly reader: boolean;
  /** Whether integers come as BigInt; overrides the connection's default. */
  safeIntegers(on: boolean): this;
  all(...values: readonly SqlValue[]): Row[];
  run(...values: readonly SqlValue[]): { readonly changes: number };
}

/** Executes a statement before it returns. Integers of rows are numbers: the connection's default does not apply. */
export function executeNow(handle: SqliteHandle, text: string, values: readonly SqlValue[]): SqlResult {
  const statement = prepared(handle, text);
  return statement.reader
    ? { rows: statement.all(...values), affected: 0 }
    : { rows: [], affected: statement.run(...values).changes };
}

/** Calls `act` with a connection that reports a busy database at once instead of blocking the process. */
export function withoutBusyTimeout<T>(handle: SqliteHandle, act: (handle: SqliteHandle) => T): T {
  const timeout = settingOf(handle, 'busy_timeout');
  if (timeout === 0) return act(handle);
  set(handle, 'busy_timeout', 0);
  try {
    return act(handle);
  } finally {
    set(handle, 'busy_timeout', timeout);
  }
}

/** What a setting of the connection is. */
export function settingOf(handle: SqliteHandle, setting: string): number {
  const [row = {}] = settingRows(handle, setting);
  return Number(Object.values(row)[0]);
}

/** What the connection says of itself. Compiled each time: SQLite answers while it compiles, and not again when the statement runs. */
export function settingRows(handle: SqliteHandle, pragma: string): Row[] {
  return handle.prepare(`PRAGMA ${pragma}`).all();
}

/** Changes a setting of the connection, which SQLite does while it compiles, too. */
export function set(handle: SqliteHandle, setting: string, value: number): void {
  handle.exec(`PRAGMA ${setting} = ${value}`);
}

/** How many are kept: the texts that depend on how many rows are written are many. */
const STATEMENTS = 100;

const statements = new WeakMap<SqliteHandle, Map<string, SqliteStatement>>();

/** A statement of ours, made once for a connection: most are needed with every change. */
export function prepared(handle: SqliteHandle, text: string): SqliteStatement {
  let known = statements.get(handle);
  if (!known) statements.set(handle, (known = new Map<string, SqliteStatement>()));
  const found = known.get(text);
  if (found) return found;
  // Integers as numbers, also where the application has set another default for the connection.
  const made = handle.prepare(text).safeIntegers(false);
  if (known.size < STATEMENTS) known.set(text, made);
  return made;
}
