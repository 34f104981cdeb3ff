import { hash } from 'node:crypto';
import type { Column, Table } from '../../sql/table.js';
import { columnsOf, tableName } from '../../sql/table.js';
import { list, name, raw, sql, type Sql, type SqlValue } from '../../sql/sql.js';
import type { Dialect, SqlErrorKind } from '../../sql/dialect.js';
import type { LexicalRules } from '../../sql/statement-words.js';
import { driverError } from '../driver-error.js';
import { onConflict } from '../../sql/on-conflict.js';
import type { RowWrite } from '../../sql/row-write.js';

const TROUBLES: Readonly<Record<string, SqlErrorKind>> = {
  '42P01': 'missing-table',
  '3F000': 'missing-schema',
  '42501': 'forbidden',
  // Untranslatable character, character not in repertoire, text too long for its column.
  '22P05': 'unstorable',
  '22021': 'unstorable',
  '22001': 'unstorable',
  // Serialization failure, deadlock, lock not available.
  '40001': 'busy',
  '40P01': 'busy',
  '55P03': 'busy',
  // CREATE TABLE IF NOT EXISTS looks first and fails later, on an index of the catalogue.
  '23505': 'being-created',
  '42P07': 'being-created',
  '42710': 'being-created',
};

/** How the server reads SQL text. */
const LEXICAL_RULES: LexicalRules = {
  mysqlComments: false,
  postgresTexts: true,
  backslashes: false,
  several: true,
};

/** PostgreSQL, and what speaks its protocol in front of it. */
export const postgresDialect: Dialect = {
  lexicalRules: LEXICAL_RULES,
  // Keys are compared byte by byte, under any locale of the database.
  columnTypes: { key: 'TEXT COLLATE "C"', text: 'TEXT', integer: 'BIGINT' },
  tableSuffix: '',
  // Not now(), which is the time at which the transaction began.
  nowMs: raw(`pg_catalog.floor(extract(epoch FROM pg_catalog.clock_timestamp()) * 1000)::bigint`),
  oneWriter: false,
  hasSchemas: true,
  groupsByIndex: false,

  quote: (identifier) => `"${identifier.replaceAll('"', '""')}"`,
  placeholder: (position) => `$${position}`,

  placeOf: ({ options }) => ('schema' in options ? options.schema : undefined),
  inWords: ({ driver }, schema) => `schema "${schema}" of database "${driver.database ?? ''}"`,

  // Not information_schema, which hides tables that the user may not touch.
  existingColumns: (tables, schema) =>
    sql`SELECT c.relname AS name, a.attname AS col FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped WHERE c.relkind IN ('r', 'p') AND c.relname IN (${list(tables)}) AND n.nspname = ${schema}`,

  ...onConflict,
  greatest: (column, value) => sql`GREATEST(${column}, ${value}::bigint)`,
  counted: (value) => value,
  sharedLock: raw('FOR SHARE'),

  // The open transaction bears the same mark as its application_name; it ends with the
  // transaction, so that a pooler in between hands nothing of it to its next client.
  writer: (write) => sql`pg_catalog.set_config('application_name', ${transactionMark(write)}, true)`,

  guardedInsert: (guard, table, rows) =>
    sql`WITH moved AS (${guard} RETURNING 1) INSERT INTO ${tableName(table)} (${columnsOf(table)}) SELECT written.* FROM moved, (VALUES ${tuples(table, rows)}) AS written`,

  // Without a row of the head there is nothing to fill the first column with, which is not nullable.
  strictInsert(guard, table, rows) {
    const [key = ''] = Object.keys(table.columns);
    const others = list(rows.map(([, ...row]) => sql`(${list(row)})`));
    return sql`WITH moved AS (${guard} RETURNING ${name(key)}) INSERT INTO ${tableName(table)} (${columnsOf(table)}) SELECT (SELECT ${name(key)} FROM moved), written.* FROM (VALUES ${others}) AS written`;
  },

  // Behind a pooler the setting of a session reaches other clients.
  boundLockWaits: (ms, inTransaction) =>
    inTransaction
      ? `SET LOCAL lock_timeout = ${Math.ceil(ms)}`
      : {
          obstacle:
            'outside of a transaction PostgreSQL would keep it in the session, which behind a pooler is that of others, ' +
            'and CREATE INDEX CONCURRENTLY leaves an invalid index when it times out',
        },

  classifyError(error) {
    const { code, message } = driverError(error);
    if (code === 'XX000' && String(message).includes('concurrently updated')) return 'being-created';
    return TROUBLES[String(code)];
  },
};

/** What names the open transaction of one write. Fits PostgreSQL's 63 characters and its printable ASCII. */
export function transactionMark(write: RowWrite): string {
  return `${markStart(write)}${write.token}:${write.id}`;
}

/** The part of {@link transactionMark} that all writes of the row share, and none of another row, table or schema. */
export function markStart({ table, service }: RowWrite): string {
  const row = [table.schema, table.name, service].join('\0');
  const known = markStarts.get(row);
  if (known !== undefined) return known;
  const start = `flamingock:${hash('sha256', row).slice(0, 24)}:`;
  markStarts.set(row, start);
  return start;
}

/** Each transaction needs one, and an application has few tables and services. */
const markStarts = new Map<string, string>();

/** The statement with its values in it: several can share a message only if none of them binds any. */
export function inlined(statement: Sql): string {
  return statement.inline(postgresDialect, literal);
}

function literal(value: SqlValue): string {
  if (typeof value !== 'string') return String(value);
  return `E'${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}

/** The first row tells the types of all: without a table before them, bound values have none. */
function tuples(table: Table, rows: readonly (readonly SqlValue[])[]): Sql {
  const columns = Object.values(table.columns);
  return list(
    rows.map(
      (row, index) => sql`(${list(index > 0 ? row : row.map((value, at) => typed(value, columns[at])))})`,
    ),
  );
}

function typed(value: SqlValue, column: Column | undefined): Sql {
  return sql`${value}${raw(column?.type === 'integer' ? '::bigint' : '::pg_catalog.text')}`;
}
