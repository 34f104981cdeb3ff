export { typeOrmAuditStore, typeOrmTargetSystem } from './typeorm.definitions.js';
export type {
  TypeOrmAuditStoreOptions,
  TypeOrmTableOptions,
  TypeOrmTargetSystemOptions,
} from './typeorm.options.js';
export { InjectQueryRunner, QUERY_RUNNER } from './inject-query-runner.decorator.js';
export {
  fromTypeOrmMigration,
  type MigrationClass,
  type TypeOrmMigrationOptions,
} from './from-typeorm-migration.js';
export { MigrationNameError } from './migration.errors.js';
export { HistoryElsewhereError, NoPlaceError } from './place.errors.js';
export { createTableStatements } from './schema/create-table-statements.js';
export { PoolExhaustedError, PoolTooSmallError } from './pool.errors.js';
export { IsolationLevelError } from './change/isolation-level.error.js';
export { OpenStreamError } from './change/open-stream.error.js';
export {
  ConnectionCharsetError,
  ConnectionHangsError,
  ConnectionInTransactionError,
  MissingSchemaError,
  MissingTablesError,
  RightMissingError,
  RowHeldError,
  SchemaUnsupportedError,
  TablePrefixError,
  UnsupportedDriverError,
} from './typeorm.errors.js';
export {
  CommitRefusedError,
  ImplicitCommitError,
  NonTransactionalStatementError,
  SharedTransactionError,
} from './transaction.errors.js';
export { DroppedHistoryError } from './schema/schema-at-start.js';
export {
  ConnectionEndedError,
  DataSourceClosedError,
  DataSourceNotInitializedError,
  TablesDroppedError,
} from './run.errors.js';
export {
  ForeignTransactionError,
  NestedTransactionError,
  OmittedWriteError,
  OpenTransactionError,
  TransactionControlError,
  TransactionLostError,
} from '@nestjs-flamingock/core';
export { BrokenReferenceError, ForeignKeysPragmaError, SharedFileError } from './sqlite.errors.js';
