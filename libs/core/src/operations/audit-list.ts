import type { AuditEntry } from '../audit/audit-entry.js';
import type { Engine } from '../pipeline/engine.js';

/** Which entries to list. */
export interface AuditListRequest {
  /** Every entry, instead of the last one of each change. */
  readonly history?: boolean;
  /** Only entries recorded at this time or later, on the audit store's clock: ISO 8601, or a date. */
  readonly since?: string | Date;
  readonly changeId?: string;
  /** Only the last so many: a whole number from 1. */
  readonly limit?: number;
}

/**
 * Entries of the history, the newest last.
 *
 * @throws UnknownChangeError for an id that neither code nor history knows;
 * InvalidRequestError for a date or a limit that is none.
 */
export async function auditList(_engine: Engine, _request: AuditListRequest = {}): Promise<AuditEntry[]> {
  throw new Error('not yet');
}
