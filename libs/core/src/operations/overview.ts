import type { ApprovalStanding } from '../decisions/approval.js';
import type { EmergencyRun } from './approvals.js';
import type { ChangeSummary } from './change-list.js';
import type { CircuitStatus } from './circuits.js';
import type { RunSummary } from './runs.js';
import type { StatusReport } from './status.js';

/** A pending change that waits for people. */
export interface AwaitedApproval extends ApprovalStanding {
  readonly stage: string;
  readonly author: string;
}

/** Where a service stands, with what comes next and what came last. */
export interface Overview extends StatusReport {
  /** What a next run does not skip, in pipeline order: the first hundred. `changes` of the status has the counts. */
  readonly pending: readonly ChangeSummary[];
  /** Those of the pending ones that need approval and do not have it: the first hundred. */
  readonly approvals: readonly AwaitedApproval[];
  /** Changes that ran without approval, and that nobody has reviewed. */
  readonly emergencies: readonly EmergencyRun[];
  /** Target systems that have failed and not succeeded since. */
  readonly circuits: readonly CircuitStatus[];
  /** The last few, the newest first. */
  readonly runs: readonly RunSummary[];
  /** Ids of applied changes that are not any more what was applied. */
  readonly edited: readonly string[];
  /** Ids of applied changes that the code no longer has. */
  readonly unknown: readonly string[];
}
