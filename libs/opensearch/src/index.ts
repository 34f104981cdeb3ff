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
  NotAnAliasError,
  NothingKeptError,
  OpenSearchNotAcknowledgedError,
  OpenSearchNotInTransactionError,
  OpenSearchOptionsError,
  OpenSearchPlainWriteError,
  OpenSearchUnreachableError,
  ReindexFailedError,
  type BulkFailure,
} from './opensearch.errors.js';
