import type { AuditState } from '../audit/audit-state.js';
import type { Action } from '../recovery/recovery-decision.js';

/** A change that code or history knows, and where it stands. */
export interface ChangeSummary {
  readonly changeId: string;
  readonly stage: string;
  readonly order: string;
  readonly author: string;
  readonly targetSystem: string;
  readonly className: string;
  /** False where the code no longer has it. */
  readonly inCode: boolean;
  /** Its last recorded state; absent if history does not know it. */
  readonly state?: AuditState;
  /** When that was recorded, on the audit store's clock: ISO 8601, UTC. */
  readonly recordedAt?: string;
  /** What the next run would do about it, and why; absent where the code no longer has it. */
  readonly action?: Action;
  readonly reason?: string;
}

/** Which changes are listed. */
export interface ChangeListRequest {
  /** Only those that have this text, in any case, in id, author, class, stage or target system. */
  readonly text?: string;
  readonly states?: readonly AuditState[];
  readonly actions?: readonly Action[];
  /** Only those after this one, in the order of the list: the `next` of the page before. */
  readonly after?: string;
  /**
   * At most so many: a whole number from 1 to 500.
   *
   * @default 100
   */
  readonly limit?: number;
}

/** Part of the changes. */
export interface ChangeList {
  /** Those of the code in pipeline order, then those that it no longer has. */
  readonly changes: readonly ChangeSummary[];
  /** How many there are on all pages. */
  readonly total: number;
  /** `after` of the page that follows; absent where this is the last. */
  readonly next?: string;
}
