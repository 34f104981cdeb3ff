import { columnsOf, names, tableName } from '../../sql/table.js';
import { list, name, raw, sql, type Sql, type SqlValue } from '../../sql/sql.js';
import { ConnectionCharsetError } from '../../typeorm.errors.js';
import type { Dialect, SqlExecutor, SqlErrorKind, Upsert } from '../../sql/dialect.js';
import type { LexicalRules } from '../../sql/statement-words.js';
import { driverError } from '../driver-error.js';
import { insertedValues } from '../../sql/inserted-values.js';
import { conditionOf } from '../../sql/upsert-condition.js';

/**
 * Byte by byte, trailing spaces included. The two servers have different names for it,
 * and each skips the other's comment: MariaDB ignores versions 50700 to 99999.
 */
const EXACT =
  'CHARACTER SET utf8mb4 /*M!100203 COLLATE utf8mb4_nopad_bin */ /*!80017 COLLATE utf8mb4_0900_bin */';

const TROUBLES: Readonly<Record<number, SqlErrorKind>> = {
  1146: 'missing-table',
  1049: 'missing-schema',
  // Deadlock, lock wait timeout.
  1213: 'busy',
  1205: 'busy',
  1050: 'being-created',
  1044: 'forbidden',
  1142: 'forbidden',
  1227: 'forbidden',
  // A character that the column has not, text too long for it.
  1366: 'unstorable',
  1406: 'unstorable',
};

/** How the server reads SQL text. */
const LEXICAL_RULES: LexicalRules = {
  mysqlComments: true,
  postgresTexts: false,
  backslashes: true,
  several: true,
};

/** MySQL 8.0.17 or later, MariaDB 10.3 or later. */
export const mysqlDialect: Dialect = {
  lexicalRules: LEXICAL_RULES,
  columnTypes: { key: `VARCHAR(255) ${EXACT}`, text: `LONGTEXT ${EXACT}`, integer: 'BIGINT' },
  tableSuffix: ' ENGINE=InnoDB ROW_FORMAT=DYNAMIC',
  // Not UNIX_TIMESTAMP(NOW()), which goes through the session's time zone and its summer time.
  nowMs: raw(`(TIMESTAMPDIFF(MICROSECOND, '1970-01-01 00:00:00', UTC_TIMESTAMP(3)) DIV 1000)`),
  oneWriter: false,
  hasSchemas: false,
  // Their recursion is bounded to 1000 steps, which MariaDB does not even report.
  groupsByIndex: true,

  quote: (identifier) => `\`${identifier.replaceAll('`', '``')}\``,
  placeholder: () => '?',

  placeOf: ({ driver }) => driver.database,
  inWords: (_dataSource, database) => `database "${database}"`,

  // The server may keep and compare names in lower case.
  existingColumns: (tables, database) =>
    list(
      tables.map(
        (table) =>
          sql`SELECT ${table} AS name, COLUMN_NAME AS col FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = ${database} AND TABLE_NAME = ${table} AND (@@lower_case_table_names <> 0 OR CAST(TABLE_NAME AS BINARY) = CAST(${table} AS BINARY))`,
      ),
      ' UNION ALL ',
    ),

  async checkSession(on) {
    const { rows } = await on.execute(
      sql`SELECT @@character_set_client AS client, @@character_set_connection AS connection, @@character_set_results AS results`,
    );
    const charset = Object.values<unknown>(rows[0] ?? {}).find((used) => used !== 'utf8mb4');
    if (typeof charset === 'string') throw new ConnectionCharsetError(charset);
  },

  async write(on, upsert) {
    return (await on.execute(onDuplicateKey(upsert))).affected > 0;
  },

  async upsert(on, upsert) {
    if (!(await mysqlDialect.write(on, upsert))) return undefined;
    return readBack(on, upsert);
  },

  greatest: (column, value) => sql`GREATEST(${column}, ${value})`,
  counted: (value) => sql`LAST_INSERT_ID(${value})`,
  // Not FOR SHARE, which MariaDB does not know.
  sharedLock: raw('LOCK IN SHARE MODE'),

  // With the write's own id, so that no two writes of a row look alike.
  writer: ({ id }) => sql`CONCAT(CONNECTION_ID(), ':', ${id})`,

  // Of rows, and of tables whose definition changes. Both are in whole seconds.
  boundLockWaits(ms) {
    const seconds = Math.ceil(ms / 1_000);
    return `SET SESSION innodb_lock_wait_timeout = ${seconds}, SESSION lock_wait_timeout = ${seconds}`;
  },

  classifyError: (error) => TROUBLES[Number(driverError(error).errno)],
};

/**
 * The number of affected rows does not tell an insert from an update that changed
 * nothing, and depends on a flag of the connection. LAST_INSERT_ID(…) comes back with
 * the answer in any case: 1 if the row was written, 0 if the condition did not hold.
 *
 * Assignments see those before them: the condition's column comes last.
 */
function onDuplicateKey(upsert: Upsert): Sql {
  const { table, key, insert, update, onlyWhile } = upsert;
  const row = { ...key, ...insert };
  const last = onlyWhile?.column ?? Object.keys(update).at(-1) ?? '';
  const holds = conditionOf(table, onlyWhile);
  const values = Object.entries(row).map(([column, value]) =>
    column === last ? sql`IF(LAST_INSERT_ID(1), ${value}, NULL)` : value,
  );
  const assign = (column: string, condition: Sql): Sql =>
    sql`${name(column)} = IF(${condition}, ${update[column] ?? null}, ${name(table.name, column)})`;
  const assignments = [
    ...Object.keys(update)
      .filter((column) => column !== last)
      .map((column) => assign(column, holds)),
    assign(last, sql`LAST_INSERT_ID(${holds})`),
  ];
  return sql`INSERT INTO ${tableName(table)} (${names(Object.keys(row))}) ${insertedValues(values, upsert)} ON DUPLICATE KEY UPDATE ${list(assignments)}`;
}

async function readBack(on: SqlExecutor, { table, key }: Upsert) {
  const conditions = Object.entries(key).map(
    ([column, value]: [string, SqlValue]) => sql`${name(column)} = ${value}`,
  );
  const { rows } = await on.execute(
    sql`SELECT ${columnsOf(table)} FROM ${tableName(table)} WHERE ${list(conditions, ' AND ')}`,
  );
  return rows[0];
}
