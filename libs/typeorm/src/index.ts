export { typeOrmAuditStore, typeOrmTargetSystem } from './typeorm.definitions.js';
export type {
  TypeOrmAuditStoreOptions,
  TypeOrmTableOptions,
  TypeOrmTargetSystemOptions,
} from './typeorm.options.js';
export { InjectQueryRunner, QUERY_RUNNER } from './inject-query-runner.decorator.js';
export { TypeOrmAuditStore } from './audit/typeorm.audit-store.js';
export { TypeOrmLockStore } from './audit/typeorm.lock-store.js';
export { TypeOrmRecordStore } from './audit/typeorm.record-store.js';
export { TypeOrmMarkerStore } from './target/typeorm.marker-store.js';
export { TypeOrmTargetSystem } from './target/typeorm.target-system.js';
export { TypeOrmTransaction } from './change/typeorm-transaction.js';
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
  ForeignTransactionError,
  ImplicitCommitError,
  NestedTransactionError,
  NonTransactionalStatementError,
  OpenTransactionError,
  TransactionControlError,
  TransactionLostError,
} from './transaction.errors.js';
export { DroppedHistoryError } from './schema/schema-at-start.js';
export {
  ConnectionEndedError,
  DataSourceClosedError,
  DataSourceNotInitializedError,
  TablesDroppedError,
} from './run.errors.js';
export { OmittedWriteError } from './change/omitted-write.error.js';
export { BrokenReferenceError, ForeignKeysPragmaError, SharedFileError } from './sqlite.errors.js';
