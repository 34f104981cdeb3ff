import type { AuditEntry } from '../audit/audit-entry.js';
import type { Engine } from '../run/engine.js';

/**
 * The whole history, the oldest entry first, in bounded memory.
 *
 * @throws AuditStoreUnavailableError, also in the middle.
 */
export function auditExport({ pipeline, store }: Engine): AsyncIterable<AuditEntry> {
  return store.readHistory(pipeline.service);
}
