import type { DataSource } from 'typeorm';
import { UnsupportedDriverError } from '../typeorm.errors.js';
import type { SqlDatabase } from './database.js';
import { mysqlServer } from './mysql/mysql.server.js';
import { PooledDatabase } from './pooled/pooled.database.js';
import { postgresServer } from './postgres/postgres.server.js';
import { SqliteDatabase } from './sqlite/sqlite.database.js';

const databases: Readonly<Record<string, (dataSource: DataSource) => SqlDatabase>> = {
  'better-sqlite3': (dataSource) => new SqliteDatabase(dataSource),
  postgres: (dataSource) => new PooledDatabase(dataSource, postgresServer),
  mysql: (dataSource) => new PooledDatabase(dataSource, mysqlServer),
  mariadb: (dataSource) => new PooledDatabase(dataSource, mysqlServer),
};

/**
 * The database behind a DataSource, by its driver.
 *
 * @throws UnsupportedDriverError for a driver without a dialect.
 */
export function openDatabase(dataSource: DataSource): SqlDatabase {
  const { type } = dataSource.options;
  const open = databases[type];
  if (!open) throw new UnsupportedDriverError(type, Object.keys(databases));
  return open(dataSource);
}
