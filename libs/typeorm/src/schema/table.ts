import { list, name, raw, sql, type Sql } from '../sql.js';

/** `key` is a text that takes part in an index; dialects with bounded indexes bound it. */
export type ColumnType = 'key' | 'text' | 'integer';

/** A column; not nullable unless it says so. */
export interface Column {
  readonly type: ColumnType;
  readonly nullable?: true;
}

/** One of our tables. */
export interface Table {
  readonly name: string;
  readonly columns: Readonly<Record<string, Column>>;
  readonly primaryKey: readonly string[];
  /** Inside the table's own statement, so that a table never exists without its index. */
  readonly unique?: readonly string[];
}

/** The statement that creates the table unless it is there. */
export function createTable(table: Table, types: Readonly<Record<ColumnType, string>>): Sql {
  const columns = Object.entries(table.columns).map(
    ([column, { type, nullable }]) =>
      sql`${name(column)} ${raw(types[type])}${raw(nullable ? '' : ' NOT NULL')}`,
  );
  const keys = [sql`PRIMARY KEY (${names(table.primaryKey)})`];
  if (table.unique) keys.push(sql`UNIQUE (${names(table.unique)})`);
  return sql`CREATE TABLE IF NOT EXISTS ${name(table.name)} (${list([...columns, ...keys])})`;
}

/** The identifiers, separated by commas. */
export function names(identifiers: readonly string[]): Sql {
  return list(identifiers.map((identifier) => name(identifier)));
}

/** All columns of the table, in the order of its definition. */
export function columnsOf(table: Table): Sql {
  return names(Object.keys(table.columns));
}
