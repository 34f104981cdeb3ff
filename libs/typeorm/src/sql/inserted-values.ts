import type { Upsert } from './dialect.js';
import { list, sql, type Sql, type SqlValue } from './sql.js';

/** The values that an upsert inserts, as the part of its INSERT that follows the columns. */
export function insertedValues(values: readonly (Sql | SqlValue)[], { from }: Upsert): Sql {
  return from ? sql`SELECT ${list(values)} ${from}` : sql`VALUES (${list(values)})`;
}
