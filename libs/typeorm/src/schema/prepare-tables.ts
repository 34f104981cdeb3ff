import type { SqlDatabase } from '../dialect/database.js';
import { MissingSchemaError, MissingTablesError, RightMissingError } from '../typeorm.errors.js';
import { createTable, type Table } from './table.js';

/**
 * Makes sure that the tables are there: one read, and DDL only for those that are missing.
 *
 * @throws MissingTablesError when some are missing and may not be created;
 * MissingSchemaError when there is no schema to create them in.
 */
export async function prepareTables(
  database: SqlDatabase,
  tables: readonly Table[],
  create: boolean,
): Promise<void> {
  const { dialect } = database;
  await dialect.checkSession?.(database);
  const missing = await missingTables(database, tables);
  if (missing.length === 0) return;
  if (!create) throw missingTablesError(database, missing);
  const statements = missing.map((table) => createTable(table, dialect));
  try {
    await database.createTables(statements);
  } catch (cause) {
    throw explain(database, missing, cause);
  }
}

/** The statements that create the tables, for whoever has the right to. */
export function tableStatements({ dialect }: SqlDatabase, tables: readonly Table[]): string[] {
  return tables.map((table) => `${createTable(table, dialect).render(dialect).text};`);
}

async function missingTables(database: SqlDatabase, tables: readonly Table[]): Promise<Table[]> {
  const names = tables.map((table) => table.name);
  const { rows } = await database.execute(database.dialect.existingTables(names, tables[0]?.schema));
  const existing = new Set(rows.map((row) => row['name']));
  return tables.filter((table) => !existing.has(table.name));
}

function missingTablesError(
  database: SqlDatabase,
  missing: readonly Table[],
  refusal?: unknown,
): MissingTablesError {
  const names = missing.map((table) => table.name);
  return new MissingTablesError(names, tableStatements(database, missing), refusal);
}

function explain(database: SqlDatabase, missing: readonly Table[], cause: unknown): unknown {
  const { dialect } = database;
  const schema = missing[0]?.schema;
  if (cause instanceof RightMissingError) return missingTablesError(database, missing, cause.cause);
  if (dialect.troubleOf(cause) !== 'missing-schema' || schema === undefined) return cause;
  return new MissingSchemaError(schema, `CREATE SCHEMA ${dialect.quote(schema)};`, cause);
}
