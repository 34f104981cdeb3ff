export { openSearchTargetSystem } from './opensearch.definitions.js';
export type { OpenSearchTargetSystemOptions } from './opensearch.options.js';
export {
  SearchIndices,
  type NewDocument,
  type NewIndex,
  type ReindexOptions,
  type ReindexResult,
  type SwapOptions,
} from './change/search-indices.js';
export type { AliasAttributes } from './control/alias-actions.js';
export {
  AliasMovedError,
  BulkItemsError,
  ControlIndexError,
  ForeignIndexError,
  NotAcknowledgedError,
  NotAnAliasError,
  NothingKeptError,
  NotInTransactionError,
  OpenSearchOptionsError,
  OpenSearchUnreachableError,
  PlainWriteError,
  ReindexFailedError,
  TransactionsUnsupportedError,
  type BulkFailure,
} from './opensearch.errors.js';
