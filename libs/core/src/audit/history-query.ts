import type { AuditEntry } from './audit-entry.js';

/** Which entries of a history are read, and in which order. */
export interface HistoryQuery {
  /** @default entries of all changes */
  readonly changeId?: string;
  /** Only entries with a higher `seq`. */
  readonly after?: number;
  /** Only entries with a lower `seq`. */
  readonly before?: number;
  /**
   * Only the first so many, in the order in which they are read: a whole number from 1.
   *
   * @default all
   */
  readonly limit?: number;
  /** @default 'oldest-first' */
  readonly order?: 'oldest-first' | 'newest-first';
}

/** True for entries that a query asks for, its limit apart. */
export function isAsked({ changeId, seq }: AuditEntry, query: HistoryQuery): boolean {
  const { after, before } = query;
  if (query.changeId !== undefined && query.changeId !== changeId) return false;
  return (after === undefined || seq > after) && (before === undefined || seq < before);
}
