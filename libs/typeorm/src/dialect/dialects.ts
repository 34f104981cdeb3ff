import type { DataSource } from 'typeorm';
import { UnsupportedDriverError } from '../typeorm.errors.js';
import type { SqlDatabase } from './database.js';
import { SqliteDatabase } from './sqlite.database.js';

const databases: Readonly<Record<string, new (dataSource: DataSource) => SqlDatabase>> = {
  'better-sqlite3': SqliteDatabase,
};

/**
 * The database behind a DataSource, by its driver.
 *
 * @throws UnsupportedDriverError for a driver without a dialect.
 */
export function openDatabase(dataSource: DataSource): SqlDatabase {
  const { type } = dataSource.options;
  const Database = databases[type];
  if (!Database) throw new UnsupportedDriverError(type, Object.keys(databases));
  return new Database(dataSource);
}
