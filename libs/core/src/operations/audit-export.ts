import type { AuditEntry } from '../audit/audit-entry.js';
import type { HistoryQuery } from '../audit/history-query.js';
import type { Engine } from '../run/engine.js';

/**
 * The entries that `query` is about, by default the whole history, the oldest first; in bounded memory.
 *
 * @throws AuditStoreUnavailableError, also in the middle.
 */
export function auditExport({ pipeline, store }: Engine, query?: HistoryQuery): AsyncIterable<AuditEntry> {
  return store.readHistory(pipeline.service, query);
}
