import type { SqlDatabase } from '../database/database.js';
import { MissingSchemaError, MissingTablesError, RightMissingError } from '../typeorm.errors.js';
import type { Sql } from '../sql/sql.js';
import { addColumn, createTable, type Table } from '../sql/table.js';

/**
 * Makes sure that the tables are there, with every column: one read, and DDL only for what is
 * missing. An older version's table gets the columns that were added since; all of them are nullable,
 * so that this version and the older one can write it side by side.
 *
 * @throws MissingTablesError when something is missing and may not be created;
 * MissingSchemaError when there is no schema to create them in.
 */
export async function prepareTables(
  database: SqlDatabase,
  tables: readonly Table[],
  create: boolean,
): Promise<void> {
  const { dialect } = database;
  await dialect.checkSession?.(database);
  let missing = await missingFrom(database, tables);
  while (missing.length > 0) {
    if (!create) throw missingTablesError(database, missing);
    const statements = statementsOf(missing);
    try {
      await database.createTables(statements);
      return;
    } catch (cause) {
      // Another instance may have been faster with a part of it, which fails here then.
      missing = await missingFrom(database, tables);
      if (statementsOf(missing).length === statements.length) throw explain(database, missing, cause);
    }
  }
}

/** The statements that create the tables, for an operator with the right to. */
export function tableStatements(database: SqlDatabase, tables: readonly Table[]): string[] {
  return tables.map((table) => textOf(createTable(table, database.dialect), database));
}

/** A table that is not there as it should be, and what makes it so. */
interface Missing {
  readonly table: Table;
  readonly statements: readonly Sql[];
}

const statementsOf = (missing: readonly Missing[]): Sql[] => missing.flatMap(({ statements }) => statements);

async function missingFrom(database: SqlDatabase, tables: readonly Table[]): Promise<Missing[]> {
  const { dialect } = database;
  const names = tables.map((table) => table.name);
  const { rows } = await database.execute(dialect.existingColumns(names, tables[0]?.schema ?? ''));
  return tables.flatMap((table) => {
    const existing = new Set(rows.filter((row) => row['name'] === table.name).map((row) => row['col']));
    if (existing.size === 0) return [{ table, statements: [createTable(table, dialect)] }];
    const added = Object.entries(table.columns).filter(([column]) => !existing.has(column));
    return added.length === 0
      ? []
      : [{ table, statements: added.map((column) => addColumn(table, column, dialect)) }];
  });
}

function missingTablesError(
  database: SqlDatabase,
  missing: readonly Missing[],
  refusal?: unknown,
): MissingTablesError {
  const names = missing.map(({ table }) => table.name);
  const statements = statementsOf(missing).map((made) => textOf(made, database));
  return new MissingTablesError(names, statements, refusal);
}

function textOf(statement: Sql, { dialect }: SqlDatabase): string {
  return `${statement.render(dialect).text};`;
}

function explain(database: SqlDatabase, missing: readonly Missing[], cause: unknown): unknown {
  const { dialect } = database;
  const schema = missing[0]?.table.schema;
  if (cause instanceof RightMissingError) return missingTablesError(database, missing, cause.cause);
  if (dialect.classifyError(cause) !== 'missing-schema' || schema === undefined) return cause;
  return new MissingSchemaError(schema, `CREATE SCHEMA ${dialect.quote(schema)};`, cause);
}
