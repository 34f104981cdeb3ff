export { mongooseAuditStore, mongooseTargetSystem } from './mongoose.definitions.js';
export type {
  MongooseAuditStoreOptions,
  MongooseCollectionOptions,
  MongooseTargetSystemOptions,
} from './mongoose.options.js';
export { CLIENT_SESSION, InjectClientSession } from './inject-client-session.decorator.js';
export { MongooseAuditStore } from './audit/mongoose.audit-store.js';
export { MongooseLockStore } from './audit/mongoose.lock-store.js';
export { MongooseRecordStore } from './audit/mongoose.record-store.js';
export { MongooseMarkerStore } from './target/mongoose.marker-store.js';
export { MongooseTargetSystem } from './target/mongoose.target-system.js';
export { MongooseTransaction } from './change/mongoose-transaction.js';
export { createCollectionCommands } from './connection/create-collection-commands.js';
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
