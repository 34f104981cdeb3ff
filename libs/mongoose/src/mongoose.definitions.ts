import type { AuditStoreDefinition, TargetSystemDefinition } from '@nestjs-flamingock/core';
import {
  FLAMINGOCK_ADAPTER_HOST,
  optionFaults,
  optionsOf,
  type AdapterHost,
  type OptionNames,
} from '@nestjs-flamingock/core/adapter';
import { getConnectionToken } from '@nestjs/mongoose';
import type { Connection } from 'mongoose';
import { MongooseAuditStore } from './audit/mongoose.audit-store.js';
import { MongooseTargetSystem } from './target/mongoose.target-system.js';
import {
  resolveCollectionOptions,
  type MongooseAuditStoreOptions,
  type MongooseTargetSystemOptions,
} from './mongoose.options.js';

/** Keeps history and lock in the MongoDB database of a Mongoose connection of the application. */
export function mongooseAuditStore(options: MongooseAuditStoreOptions = {}): AuditStoreDefinition {
  const { connection, ...collections } = optionsOf(options);
  return {
    ...injected('mongooseAuditStore', connection),
    faults: optionFaults('mongooseAuditStore()', options, AUDIT_STORE_OPTIONS),
    useFactory: (found: Connection, host: AdapterHost) =>
      new MongooseAuditStore(found, resolveCollectionOptions(collections), host),
  };
}

/**
 * The MongoDB database of a Mongoose connection of the application as the target system
 * `id`: its changes run in transactions, which everything that uses the connection inside a
 * change joins.
 */
export function mongooseTargetSystem(
  id: string,
  options: MongooseTargetSystemOptions = {},
): TargetSystemDefinition {
  const { connection, provide, ...collections } = optionsOf(options);
  return {
    id,
    ...injected('mongooseTargetSystem', connection),
    faults: optionFaults(`mongooseTargetSystem('${id}')`, options, TARGET_SYSTEM_OPTIONS),
    useFactory: (found: Connection, host: AdapterHost) =>
      new MongooseTargetSystem(id, found, resolveCollectionOptions(collections), host),
    ...(provide && { provide }),
  };
}

const AUDIT_STORE_OPTIONS: OptionNames<MongooseAuditStoreOptions> = {
  connection: true,
  collectionPrefix: true,
  createCollections: true,
};
const TARGET_SYSTEM_OPTIONS: OptionNames<MongooseTargetSystemOptions> = {
  ...AUDIT_STORE_OPTIONS,
  provide: true,
};

function injected(
  call: string,
  connection: string | undefined,
): Required<Pick<AuditStoreDefinition, 'inject' | 'whenMissing'>> {
  return {
    inject: [getConnectionToken(connection), FLAMINGOCK_ADAPTER_HOST],
    whenMissing:
      connection === undefined
        ? `${call}() needs the default connection, and there is none: import MongooseModule.forRoot(uri), or write ` +
          `${call}(…{ connection: 'name' }) with the connectionName of the one to use`
        : `${call}(…{ connection: '${connection}' }) names a connection that there is not: write the name of one that ` +
          `MongooseModule.forRoot(uri, { connectionName: '${connection}' }) has`,
  };
}
