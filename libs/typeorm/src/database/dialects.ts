import type { AdapterHost } from '@nestjs-flamingock/core/adapter';
import type { DataSource } from 'typeorm';
import { UnsupportedDriverError } from '../typeorm.errors.js';
import type { SqlDatabase } from './database.js';
import { mysqlServer } from './mysql/mysql.server.js';
import { PooledDatabase } from './pooled/pooled.database.js';
import { postgresServer } from './postgres/postgres.server.js';
import { SqliteDatabase } from './sqlite/sqlite.database.js';

const databases: Readonly<Record<string, (dataSource: DataSource, host: AdapterHost) => SqlDatabase>> = {
  'better-sqlite3': (dataSource, host) => new SqliteDatabase(dataSource, host),
  postgres: (dataSource, host) => new PooledDatabase(dataSource, postgresServer, host),
  mysql: (dataSource, host) => new PooledDatabase(dataSource, mysqlServer, host),
  mariadb: (dataSource, host) => new PooledDatabase(dataSource, mysqlServer, host),
};

/**
 * The database behind a DataSource, by its driver.
 *
 * @throws UnsupportedDriverError for a driver without a dialect.
 */
export function openDatabase(dataSource: DataSource, host: AdapterHost): SqlDatabase {
  const { type } = dataSource.options;
  const open = databases[type];
  if (!open) throw new UnsupportedDriverError(type, Object.keys(databases));
  return open(dataSource, host);
}

/** Drivers whose database OpenTelemetry does not call by the driver's own name. */
const systems: Readonly<Record<string, string>> = { 'better-sqlite3': 'sqlite', postgres: 'postgresql' };

/** What OpenTelemetry calls the database behind a DataSource, by its driver. */
export function databaseSystemOf({ options: { type } }: DataSource): string {
  return systems[type] ?? type;
}
