import type { Dialect } from '../dialect/dialect.js';
import { TablesDroppedError } from '../run.errors.js';

/** @throws TablesDroppedError where `work` does not find a table of ours, all of which were there before. */
export async function expectTables<T>(dialect: Dialect, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw dialect.troubleOf(error) === 'missing-table' ? new TablesDroppedError(error) : error;
  }
}
