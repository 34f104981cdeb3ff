export { mongooseAuditStore, mongooseTargetSystem } from './mongoose.definitions.js';
export type {
  MongooseAuditStoreOptions,
  MongooseCollectionOptions,
  MongooseTargetSystemOptions,
} from './mongoose.options.js';
export { CLIENT_SESSION, InjectClientSession } from './inject-client-session.decorator.js';
export { createCollectionCommands } from './connection/create-collection-commands.js';
export {
  BrokenBatchError,
  CollectionPrefixError,
  ConflictingWriteError,
  ConnectionClosedError,
  DocumentHeldError,
  MissingCollectionsError,
  NonTransactionalOperationError,
  OperationHangsError,
  TransactionSettingError,
} from './mongoose.errors.js';
export {
  ForeignTransactionError,
  NestedTransactionError,
  OmittedWriteError,
  OpenTransactionError,
  TransactionControlError,
  TransactionLostError,
} from '@nestjs-flamingock/core';
