import type { AuditState } from '../audit/audit-state.js';
import type { ListedEntry } from './audit-list.js';

/** Which part of the history is asked for. */
export interface HistoryPageRequest {
  /** Only entries with a lower `seq`: the `next` of the page before. */
  readonly before?: number;
  /**
   * At most so many: a whole number from 1 to 500.
   *
   * @default 50
   */
  readonly limit?: number;
  readonly changeId?: string;
  /** Only entries in one of these states. */
  readonly states?: readonly AuditState[];
  /** Only entries that have this text, in any case, in one of their fields: ids, names, error, reason. */
  readonly text?: string;
}

/** Part of the history. */
export interface HistoryPage {
  /** The newest first. */
  readonly entries: readonly ListedEntry[];
  /** `before` of the page that follows; absent where this is the last. There may be fewer entries than asked for before it. */
  readonly next?: number;
  /** `seq` down to which entries were looked at; absent where there is none. */
  readonly lookedAt?: number;
}
