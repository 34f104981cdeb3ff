import { columnsOf, names, tableName } from './table.js';
import { list, name, raw, sql, type Sql } from './sql.js';
import type { Dialect, Upsert } from './dialect.js';
import { insertedValues } from './inserted-values.js';
import { conditionOf } from './upsert-condition.js';

/** Upserts of databases that have `ON CONFLICT DO UPDATE … WHERE … RETURNING`: one statement each. */
export const onConflict: Pick<Dialect, 'write' | 'upsert'> = {
  async write(on, upsert) {
    const { rows } = await on.execute(statement(upsert));
    return rows.length > 0;
  },

  async upsert(on, upsert) {
    const { rows } = await on.execute(statement(upsert));
    return rows[0];
  },
};

function statement(upsert: Upsert): Sql {
  const { table, key, insert, update, onlyWhile } = upsert;
  const row = { ...key, ...insert };
  const assignments = Object.entries(update).map(([column, to]) => sql`${name(column)} = ${to}`);
  const condition = onlyWhile ? sql` WHERE ${conditionOf(table, onlyWhile)}` : raw('');
  return sql`INSERT INTO ${tableName(table)} (${names(Object.keys(row))}) ${insertedValues(Object.values(row), upsert)} ON CONFLICT (${names(table.primaryKey)}) DO UPDATE SET ${list(assignments)}${condition} RETURNING ${columnsOf(table)}`;
}
