import type { Dialect } from './dialect.js';
import { list, name, raw, sql, type Sql } from './sql.js';

/** `key` is a text of at most 255 characters that takes part in an index. */
export type ColumnType = 'key' | 'text' | 'integer';

/** A column; not nullable unless it says so. */
export interface Column {
  readonly type: ColumnType;
  readonly nullable?: true;
}

/** One of our tables. */
export interface Table {
  readonly name: string;
  /** Or database, where there are no schemas. Absent only in statements that an operator executes. */
  readonly schema?: string | undefined;
  readonly columns: Readonly<Record<string, Column>>;
  readonly primaryKey: readonly string[];
  /** Inside the table's own statement, so that a table never exists without its index. */
  readonly unique?: readonly string[];
}

/** The statement that creates the table unless it is there. */
export function createTable(table: Table, { columnTypes, tableSuffix }: Dialect): Sql {
  const columns = Object.entries(table.columns).map((column) => definition(column, columnTypes));
  const keys = [sql`PRIMARY KEY (${names(table.primaryKey)})`];
  if (table.unique) keys.push(sql`UNIQUE (${names(table.unique)})`);
  return sql`CREATE TABLE IF NOT EXISTS ${tableName(table)} (${list([...columns, ...keys])})${raw(tableSuffix)}`;
}

/** The statement that adds columns which an older version's table lacks. */
export function addColumn(table: Table, column: readonly [string, Column], { columnTypes }: Dialect): Sql {
  return sql`ALTER TABLE ${tableName(table)} ADD COLUMN ${definition(column, columnTypes)}`;
}

function definition(
  [column, { type, nullable }]: readonly [string, Column],
  types: Dialect['columnTypes'],
): Sql {
  return sql`${name(column)} ${raw(types[type])}${raw(nullable ? '' : ' NOT NULL')}`;
}

/** The table's name with its place, if that is known. */
export function tableName(table: Table): Sql {
  const known = tableNames.get(table);
  if (known) return known;
  const made = table.schema === undefined ? name(table.name) : name(table.schema, table.name);
  tableNames.set(table, made);
  return made;
}

/** The identifiers, separated by commas. */
export function names(identifiers: readonly string[]): Sql {
  return list(identifiers.map((identifier) => name(identifier)));
}

/** All columns of the table, in the order of its definition. */
export function columnsOf({ columns }: Table): Sql {
  const known = columnLists.get(columns);
  if (known) return known;
  const made = names(Object.keys(columns));
  columnLists.set(columns, made);
  return made;
}

// Made once for a table, and not for each statement.
const tableNames = new WeakMap<Table, Sql>();
const columnLists = new WeakMap<Table['columns'], Sql>();
