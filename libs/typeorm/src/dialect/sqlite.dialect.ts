import { list, name, raw, sql } from '../sql.js';
import { columnsOf, names } from '../schema/table.js';
import { ConnectionInTransactionError } from '../typeorm.errors.js';
import type { Dialect, Upsert } from './dialect.js';

/** SQLite 3.42 or later, in which `unixepoch` knows milliseconds. */
export const sqliteDialect: Dialect = {
  columnTypes: { key: 'TEXT', text: 'TEXT', integer: 'INTEGER' },
  nowMs: raw(`CAST(ROUND(unixepoch('subsec') * 1000) AS INTEGER)`),
  oneWriter: true,

  quote: (identifier) => `"${identifier.replaceAll('"', '""')}"`,
  placeholder: () => '?',

  existingTables: (tables) =>
    sql`SELECT name FROM sqlite_master WHERE type = 'table' AND name IN (${list(tables)})`,

  async upsert(on, upsert) {
    const { rows } = await on.execute(upsertStatement(upsert));
    return rows[0];
  },

  isMissingTable: (error) => String(driverError(error).message).startsWith('no such table'),

  isBusy: (error) =>
    error instanceof ConnectionInTransactionError ||
    /^SQLITE_(BUSY|LOCKED)/.test(String(driverError(error).code)),
};

function upsertStatement({ table, key, insert, update, when }: Upsert) {
  const row = { ...key, ...insert };
  const assignments = Object.entries(update).map(([column, to]) => sql`${name(column)} = ${to}`);
  return sql`INSERT INTO ${name(table.name)} (${names(Object.keys(row))}) VALUES (${list(Object.values(row))}) ON CONFLICT (${names(table.primaryKey)}) DO UPDATE SET ${list(assignments)} WHERE ${when} RETURNING ${columnsOf(table)}`;
}

/**
 * TypeORM wraps the driver's error, except those of preparing a statement in its older
 * versions. Told by shape: better-sqlite3's errors are no native ones, and belong to
 * another realm in test runners that have one for each file.
 */
function driverError(error: unknown): { readonly code?: unknown; readonly message?: unknown } {
  if (typeof error !== 'object' || error === null) return {};
  return 'driverError' in error ? driverError(error.driverError) : error;
}
