import type { AuditState } from '../audit/audit-state.js';
import type { Verdict } from '../recovery/verdict.js';

/** What the `@Verify()` of a change says. */
export interface ChangeVerdict {
  readonly changeId: string;
  readonly stage: string;
  readonly targetSystem: string;
  /** Its last recorded state; absent where nothing was ever recorded. */
  readonly state?: AuditState;
  readonly verdict: Verdict;
  /** Why it could not tell, where it failed or did not answer in time. */
  readonly error?: string;
}

/** What applied changes say of themselves. */
export interface DriftReport {
  readonly service: string;
  /** How many applied changes were asked. */
  readonly asked: number;
  /** Ids of the applied changes that have no `@Verify()`. */
  readonly unasked: readonly string[];
  /** Those that are not there as the history has them: every verdict but `applied`. */
  readonly drifted: readonly ChangeVerdict[];
}
