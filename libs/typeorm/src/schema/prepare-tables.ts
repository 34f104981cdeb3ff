import type { SqlDatabase } from '../dialect/database.js';
import { MissingTablesError } from '../typeorm.errors.js';
import { createTable, type Table } from './table.js';

/**
 * Makes sure that the tables are there: one read, and DDL only for those that are missing.
 *
 * @throws MissingTablesError when some are missing and `create` is false.
 */
export async function prepareTables(
  database: SqlDatabase,
  tables: readonly Table[],
  create: boolean,
): Promise<void> {
  const missing = await missingTables(database, tables);
  if (missing.length === 0) return;
  const { dialect } = database;
  const statements = missing.map((table) => createTable(table, dialect.columnTypes));
  if (create) return database.createTables(statements);
  throw new MissingTablesError(
    missing.map((table) => table.name),
    statements.map((statement) => `${statement.render(dialect).text};`),
  );
}

async function missingTables(database: SqlDatabase, tables: readonly Table[]): Promise<Table[]> {
  const { rows } = await database.execute(database.dialect.existingTables(tables.map((table) => table.name)));
  const existing = new Set(rows.map((row) => row['name']));
  return tables.filter((table) => !existing.has(table.name));
}
