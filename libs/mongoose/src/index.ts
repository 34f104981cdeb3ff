export { mongooseAuditStore, mongooseTargetSystem } from './mongoose.definitions.js';
export type {
  MongooseAuditStoreOptions,
  MongooseCollectionOptions,
  MongooseTargetSystemOptions,
} from './mongoose.options.js';
export { CLIENT_SESSION, InjectClientSession } from './inject-client-session.decorator.js';
export { MongooseAuditStore } from './mongoose-audit.store.js';
export { MongooseLockStore } from './mongoose-lock.store.js';
export { MongooseMarkerStore } from './mongoose-marker.store.js';
export { MongooseTargetSystem } from './mongoose-target.system.js';
export { MongooseTransaction } from './mongoose-transaction.js';
export { createCollectionCommands } from './create-collection-commands.js';
export {
  BrokenBatchError,
  CollectionPrefixError,
  ConflictingWriteError,
  ConnectionClosedError,
  DocumentHeldError,
  ForeignTransactionError,
  MissingCollectionsError,
  NestedTransactionError,
  NonTransactionalOperationError,
  OmittedWriteError,
  OpenTransactionError,
  OperationHangsError,
  TransactionControlError,
  TransactionLostError,
  TransactionSettingError,
} from './mongoose.errors.js';
