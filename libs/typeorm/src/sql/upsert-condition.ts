import type { Table } from './table.js';
import { name, raw, sql, type Sql } from './sql.js';
import type { UpsertCondition } from './dialect.js';

/** The condition as SQL on the row that is there. */
export function conditionOf(table: Table, condition: UpsertCondition | undefined): Sql {
  if (!condition) return raw('1 = 1');
  const { atMost, owner } = condition;
  const column = name(table.name, condition.column);
  if (owner === undefined) return sql`${column} <= ${atMost}`;
  const recorded = sql`COALESCE(${name(table.name, 'owner')}, '')`;
  return sql`(${column} < ${atMost} OR (${column} = ${atMost} AND ${recorded} = ${owner}))`;
}
