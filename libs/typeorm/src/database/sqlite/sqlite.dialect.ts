import { list, name, raw, sql } from '../../sql/sql.js';
import { ConnectionInTransactionError } from '../../typeorm.errors.js';
import type { Dialect } from '../../sql/dialect.js';
import type { LexicalRules } from '../../sql/statement-words.js';
import { driverError } from '../driver-error.js';
import { onConflict } from '../../sql/on-conflict.js';

/** The driver runs one statement at a time; what follows in the text belongs to a trigger. */
const LEXICAL_RULES: LexicalRules = {
  mysqlComments: false,
  postgresTexts: false,
  backslashes: false,
  several: false,
};

/** SQLite 3.42 or later, in which `unixepoch` knows milliseconds. */
export const sqliteDialect: Dialect = {
  lexicalRules: LEXICAL_RULES,
  columnTypes: { key: 'TEXT', text: 'TEXT', integer: 'INTEGER' },
  tableSuffix: '',
  nowMs: raw(`CAST(ROUND(unixepoch('subsec') * 1000) AS INTEGER)`),
  oneWriter: true,
  hasSchemas: false,
  groupsByIndex: false,

  quote: (identifier) => `"${identifier.replaceAll('"', '""')}"`,
  placeholder: () => '?',

  // Not an attached file, nor a temporary table.
  placeOf: () => 'main',
  inWords: ({ options }) => `file "${String(options.database)}"`,

  existingColumns: (tables, database) =>
    sql`SELECT t.name AS name, c.name AS col FROM ${name(database, 'sqlite_master')} t JOIN pragma_table_info(t.name, ${database}) c WHERE t.type = 'table' AND t.name IN (${list(tables)})`,

  ...onConflict,
  greatest: (column, value) => sql`MAX(${column}, ${value})`,
  counted: (value) => value,
  // No other transaction writes meanwhile.
  sharedLock: raw(''),
  // No transaction of a process that is gone stays open.
  writer: () => raw('NULL'),

  boundLockWaits: () => ({
    obstacle: 'SQLite has one lock, for the whole file, which a change has before its first statement',
  }),

  classifyError(error) {
    if (error instanceof ConnectionInTransactionError) return 'busy';
    const { code, message } = driverError(error);
    if (/^SQLITE_(BUSY|LOCKED)/.test(String(code))) return 'busy';
    return String(message).startsWith('no such table') ? 'missing-table' : undefined;
  },
};
