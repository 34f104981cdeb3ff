import type { AuditStoreDefinition, TargetSystemDefinition } from '@nestjs-flamingock/core';
import { getConnectionToken } from '@nestjs/mongoose';
import type { Connection } from 'mongoose';
import { MongooseAuditStore } from './mongoose-audit.store.js';
import { MongooseTargetSystem } from './mongoose-target.system.js';
import {
  resolveCollectionOptions,
  type MongooseAuditStoreOptions,
  type MongooseTargetSystemOptions,
} from './mongoose.options.js';

/** Keeps history and lock in the MongoDB database of a Mongoose connection of the application. */
export function mongooseAuditStore(options: MongooseAuditStoreOptions = {}): AuditStoreDefinition {
  return {
    inject: [getConnectionToken(options.connection)],
    useFactory: (connection: Connection) =>
      new MongooseAuditStore(connection, resolveCollectionOptions(options)),
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
  return {
    id,
    inject: [getConnectionToken(options.connection)],
    useFactory: (connection: Connection) =>
      new MongooseTargetSystem(id, connection, resolveCollectionOptions(options)),
    ...(options.provide && { provide: options.provide }),
  };
}
