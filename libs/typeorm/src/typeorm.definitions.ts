import type { AuditStoreDefinition, TargetSystemDefinition } from '@nestjs-flamingock/core';
import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { TypeOrmAuditStore } from './typeorm-audit.store.js';
import { TypeOrmTargetSystem } from './typeorm-target.system.js';
import {
  resolveTableOptions,
  type TypeOrmAuditStoreOptions,
  type TypeOrmTargetSystemOptions,
} from './typeorm.options.js';

/**
 * Keeps history and lock in the database of a DataSource of the application: PostgreSQL,
 * MySQL 8, MariaDB or SQLite. A run takes two connections of its pool at most, one for its
 * work and one that renews the lock; a pool of one is refused at start.
 */
export function typeOrmAuditStore(options: TypeOrmAuditStoreOptions = {}): AuditStoreDefinition {
  return {
    inject: [getDataSourceToken(options.dataSource)],
    useFactory: (dataSource: DataSource) => new TypeOrmAuditStore(dataSource, resolveTableOptions(options)),
  };
}

/**
 * The database of a DataSource of the application as the target system `id`: its changes
 * run in transactions, which everything that uses the DataSource inside a change joins.
 */
export function typeOrmTargetSystem(
  id: string,
  options: TypeOrmTargetSystemOptions = {},
): TargetSystemDefinition {
  return {
    id,
    inject: [getDataSourceToken(options.dataSource)],
    useFactory: (dataSource: DataSource) =>
      new TypeOrmTargetSystem(id, dataSource, resolveTableOptions(options)),
    ...(options.provide && { provide: options.provide }),
  };
}
