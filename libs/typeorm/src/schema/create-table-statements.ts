import type { DataSource } from 'typeorm';
import { contextOf } from '../change/data-source-context.js';
import { tableLocation } from './table-location.js';
import { tableStatements } from './prepare-tables.js';
import { auditTables, targetTables } from './tables.js';
import { resolveTableOptions, type TypeOrmTableOptions } from '../typeorm.options.js';

/**
 * The SQL that creates the tables in the database of a DataSource, one statement each, for
 * an application whose own database user may not (`createTables: false`): those of an
 * audit store, and those of a target system whose audit store is elsewhere. Executes nothing.
 * They name the schema or database, except on PostgreSQL where nothing but its search path does.
 *
 * @throws UnsupportedDriverError, TablePrefixError, SchemaUnsupportedError
 */
export function createTableStatements(
  dataSource: DataSource,
  options: Omit<TypeOrmTableOptions, 'createTables'> = {},
): { readonly auditStore: string[]; readonly targetSystem: string[] } {
  const { database } = contextOf(dataSource);
  const place = tableLocation(dataSource, database.dialect, resolveTableOptions(options));
  return {
    auditStore: tableStatements(database, Object.values(auditTables(place))),
    targetSystem: tableStatements(database, Object.values(targetTables(place))),
  };
}
