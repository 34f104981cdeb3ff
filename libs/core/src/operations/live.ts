import type { AuditEntry } from '../audit/audit-entry.js';
import type { HolderActivity } from '../reporting/holder-activity.js';
import type { LockStatus } from './lock.js';

/** What goes on at this moment. */
export interface LiveState {
  /** `seq` of the last entry; 0 where nothing was recorded. */
  readonly seq: number;
  /** Hash of that entry; empty where there is none. */
  readonly hash: string;
  /** `seq` of the last decision. */
  readonly decisions: number;
  readonly lock: LockStatus;
  /** What the holder of the lock is at work on; absent where it is free, or its run has lasted less than a second. */
  readonly activity?: HolderActivity;
}

/** Since when news are asked for. */
export interface LiveRequest {
  /** Entries with a higher `seq` are news; by default there are none. */
  readonly after?: number;
}

/** What goes on, and what was recorded since. */
export interface LiveNews {
  readonly state: LiveState;
  /** The oldest first. */
  readonly entries: readonly AuditEntry[];
  /** True where more was recorded since than is told, or the history ends before: whoever asks reads everything anew. */
  readonly isReset: boolean;
  /** How many queries of the audit store it took. */
  readonly queries: number;
}
