import type { AuditStoreDefinition, TargetSystemDefinition } from '@nestjs-flamingock/core';
import {
  FLAMINGOCK_ADAPTER_HOST,
  optionFaults,
  optionsOf,
  type AdapterHost,
  type OptionNames,
} from '@nestjs-flamingock/core/adapter';
import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { checkAuditStore, checkTargetSystem } from './schema/schema-at-start.js';
import { TypeOrmAuditStore } from './audit/typeorm.audit-store.js';
import { TypeOrmTargetSystem } from './target/typeorm.target-system.js';
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
  const { dataSource, allowDropSchema = false, ...tables } = optionsOf(options);
  return {
    ...injected('typeOrmAuditStore', dataSource),
    faults: optionFaults('typeOrmAuditStore()', options, AUDIT_STORE_OPTIONS),
    useFactory: (found: DataSource, host: AdapterHost) => {
      checkAuditStore(found, allowDropSchema);
      return new TypeOrmAuditStore(found, resolveTableOptions(tables), host);
    },
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
  const { dataSource, provide, ...tables } = optionsOf(options);
  return {
    id,
    ...injected('typeOrmTargetSystem', dataSource),
    faults: optionFaults(`typeOrmTargetSystem('${id}')`, options, TARGET_SYSTEM_OPTIONS),
    useFactory: (found: DataSource, host: AdapterHost) => {
      checkTargetSystem(id, found);
      return new TypeOrmTargetSystem(id, found, resolveTableOptions(tables), host);
    },
    ...(provide && { provide }),
  };
}

const COMMON_OPTIONS = { dataSource: true, tablePrefix: true, schema: true, createTables: true } as const;
const AUDIT_STORE_OPTIONS: OptionNames<TypeOrmAuditStoreOptions> = {
  ...COMMON_OPTIONS,
  allowDropSchema: true,
};
const TARGET_SYSTEM_OPTIONS: OptionNames<TypeOrmTargetSystemOptions> = { ...COMMON_OPTIONS, provide: true };

function injected(
  call: string,
  dataSource: TypeOrmAuditStoreOptions['dataSource'],
): Required<Pick<AuditStoreDefinition, 'inject' | 'whenMissing'>> {
  const token = getDataSourceToken(dataSource);
  const isDefault = typeof token !== 'string';
  const name = isDefault ? 'default' : token.replace(/DataSource$/, '');
  return {
    inject: [token, FLAMINGOCK_ADAPTER_HOST],
    whenMissing: isDefault
      ? `${call}() needs the default DataSource, and there is none: import TypeOrmModule.forRoot(…), or write ` +
        `${call}(…{ dataSource: 'name' }) with the name of the one to use`
      : `${call}(…{ dataSource: '${name}' }) names a DataSource that there is not: write the name of one that ` +
        `TypeOrmModule.forRoot({ name: '${name}', … }) or forRootAsync({ name: '${name}', useFactory }) has`,
  };
}
