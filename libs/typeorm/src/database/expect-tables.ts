import type { Dialect } from '../sql/dialect.js';
import type { Row, Sql } from '../sql/sql.js';
import { TablesDroppedError } from '../run.errors.js';
import type { SqlDatabase } from './database.js';

/** @throws TablesDroppedError where `work` does not find a table of ours, all of which were there before. */
export function expectTables<T>(dialect: Dialect, work: Promise<T>): Promise<T> {
  return work.catch((error: unknown) => {
    throw explainGone(dialect, error);
  });
}

/** The error that says so of a table of ours; any other as it is. */
export function explainGone(dialect: Dialect, error: unknown): unknown {
  return isGone(dialect, error) ? new TablesDroppedError(error) : error;
}

/** True if a statement failed because its table is not there, or the schema or database that it was in. */
export function isGone(dialect: Dialect, error: unknown): boolean {
  return ['missing-table', 'missing-schema'].includes(dialect.classifyError(error) ?? '');
}

/** The rows of a query; none while its table is not there yet. */
export async function rowsIfThere(database: SqlDatabase, query: Sql): Promise<readonly Row[]> {
  try {
    return (await database.execute(query)).rows;
  } catch (error) {
    if (database.dialect.classifyError(error) === 'missing-table') return [];
    throw error;
  }
}
