import type { SqlValue, Row } from '../sql.js';
import type { SqlResult } from './dialect.js';

/** What we use of better-sqlite3's connection. */
export interface SqliteHandle {
  readonly inTransaction: boolean;
  exec(text: string): unknown;
  pragma(source: string, options?: { simple: true }): unknown;
  prepare(text: string): SqliteStatement;
}

interface SqliteStatement {
  /** True for statements that return rows. */
  readonly reader: boolean;
  all(...values: readonly SqlValue[]): Row[];
  run(...values: readonly SqlValue[]): { readonly changes: number };
}

/** Executes a statement before it returns. */
export function executeNow(handle: SqliteHandle, text: string, values: readonly SqlValue[]): SqlResult {
  const statement = handle.prepare(text);
  return statement.reader
    ? { rows: statement.all(...values), affected: 0 }
    : { rows: [], affected: statement.run(...values).changes };
}

/** Calls `act` with a connection that reports a busy database at once instead of blocking the process. */
export function impatiently<T>(handle: SqliteHandle, act: (handle: SqliteHandle) => T): T {
  const timeout = Number(handle.pragma('busy_timeout', { simple: true }));
  handle.pragma('busy_timeout = 0');
  try {
    return act(handle);
  } finally {
    handle.pragma(`busy_timeout = ${timeout}`);
  }
}
