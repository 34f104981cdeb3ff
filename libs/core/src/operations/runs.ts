import type { AuditOperation, AuditState } from '../audit/audit-state.js';
import type { Actor } from '../audit/actor.js';
import type { HolderActivity } from '../reporting/holder-activity.js';

/** What one run or operation has recorded; one that had nothing to do has recorded nothing. */
export interface RunSummary {
  readonly executionId: string;
  readonly host: string;
  /** `seq` of its first entry, as far as it was read. */
  readonly firstSeq: number;
  /** `seq` of its last entry. */
  readonly lastSeq: number;
  /** Of its first entry, on the audit store's clock: ISO 8601, UTC. */
  readonly startedAt: string;
  /** Of its last entry, on the same clock. */
  readonly endedAt: string;
  /** What was being done last. */
  readonly operation: AuditOperation;
  /** How many changes it has entries of. */
  readonly changes: number;
  /** How many of them it has left failed or rolled back after a failure. */
  readonly failed: number;
  /** Of an operation: who did it. */
  readonly actor?: Actor;
  /** Of an operation: why. */
  readonly reason?: string;
  /** True while it holds the lock. */
  readonly isGoingOn: boolean;
  /** True where it has more entries than were read. */
  readonly isCut: boolean;
}

/** What a run or operation has done about one change. */
export interface RunChange {
  readonly changeId: string;
  readonly stage: string;
  readonly targetSystem: string;
  readonly operation: AuditOperation;
  /** In which it was left. */
  readonly state: AuditState;
  /** `seq` of its last entry. */
  readonly seq: number;
  /** Of the first entry, on the audit store's clock: ISO 8601, UTC. */
  readonly startedAt: string;
  /** Of the last entry. */
  readonly endedAt: string;
  /** Milliseconds that its methods took together. */
  readonly durationMs: number;
  /** How often it was executed. */
  readonly attempts: number;
  /** Of its last failure; `null` where nothing failed. */
  readonly error: string | null;
}

/** One run or operation in full. */
export interface RunDetail extends RunSummary {
  /** In the order in which they were begun. */
  readonly timeline: readonly RunChange[];
  /** What it is at work on; absent where it is over, or tells nothing. */
  readonly activity?: HolderActivity;
}

/** Which runs are listed. */
export interface RunListRequest {
  /** Only those whose entries have a lower `seq`: the `next` of the page before. */
  readonly before?: number;
  /**
   * At most so many: a whole number from 1 to 100.
   *
   * @default 20
   */
  readonly limit?: number;
}

/** Part of the runs. */
export interface RunList {
  /** The newest first. */
  readonly runs: readonly RunSummary[];
  /** `before` of the page that follows; absent where this is the last. */
  readonly next?: number;
}
