import type { Envelope } from '../evidence/envelope.js';
import type { AuditState } from '../audit/audit-state.js';
import type { ChangeDescriptor } from '../change/change-descriptor.js';
import type { Diagnosis } from '../recovery/diagnosis.js';

/** What became of a change in one run. */
export type ChangeResult =
  'executed' | 'skipped' | 'reconciled' | 'failed' | 'blocked' | 'waiting' | 'not-reached';

/** One change in an {@link ExecutionReport}. */
export interface ChangeReport {
  readonly changeId: string;
  readonly stage: string;
  readonly order: string;
  /** For blocked changes the one that the recorded state is about. */
  readonly targetSystem: string;
  readonly result: ChangeResult;
  /** Why, in a sentence: for a change not reached, what stopped the run. */
  readonly reason: string;
  /** Milliseconds that its execution took; 0 where none happened. */
  readonly durationMs: number;
  /** Of a change that waits: when it may be executed, on the audit store's clock: ISO 8601, UTC. */
  readonly notBefore?: string;
  /** Last recorded state, for changes that failed or are blocked. */
  readonly state?: AuditState;
  /** When that state was recorded, on the audit store's clock, and by which host; for blocked changes. */
  readonly recorded?: string;
  /** What failed, as recorded. */
  readonly error?: string;
  /** What is known of that failure besides, as recorded. */
  readonly diagnosis?: Diagnosis;
  /** Why its rollback failed too, where it did. */
  readonly rollbackError?: string;
  /** What the operator has to do, step by step, for changes that failed or are blocked. */
  readonly nextSteps?: readonly string[];
}

/**
 * How a run ended.
 *
 * - `up-to-date`: this instance had nothing to do.
 * - `applied`: everything pending is applied now.
 * - `incomplete`: some stages were left unfinished, as `onIssue: 'skip'` allows.
 * - `stopped`: a failed or blocked change stopped the run, or changes have to wait for longer than a run does.
 */
export type ExecutionStatus = 'up-to-date' | 'applied' | 'incomplete' | 'stopped';

/** What a run did, and what it did not. */
export interface ExecutionReport {
  readonly service: string;
  readonly executionId: string;
  readonly status: ExecutionStatus;
  /** Every change of the pipeline, in order. */
  readonly changes: readonly ChangeReport[];
  /** Milliseconds, waiting included. */
  readonly durationMs: number;
  /** Milliseconds spent waiting for another instance. */
  readonly waitedMs: number;
  /** The instance that was waited for. */
  readonly waitedFor?: string;
  readonly warnings: readonly string[];
  /** End of the history as far as this run knows it; keep it elsewhere to detect a rewritten history. */
  readonly head?: { readonly seq: number; readonly hash: string };
  /** The same, signed: where this run has recorded anything, and `evidence` is set. One line of JSON, to be kept. */
  readonly signedHead?: Envelope;
}

/** What a report says of a change besides its name. */
export type ChangeFinding = Omit<
  ChangeReport,
  'changeId' | 'stage' | 'order' | 'targetSystem' | 'durationMs'
> &
  Partial<Pick<ChangeReport, 'targetSystem' | 'durationMs'>>;

/** Describes one change. */
export function reportChange(change: ChangeDescriptor, finding: ChangeFinding): ChangeReport {
  return {
    changeId: change.id,
    stage: change.stage,
    order: change.order,
    targetSystem: change.target.id,
    ...finding,
    durationMs: Math.round(finding.durationMs ?? 0),
  };
}

/** The changes of a report that need an operator. */
export function issuesOf(report: ExecutionReport): ChangeReport[] {
  return report.changes.filter(({ result }) => result === 'failed' || result === 'blocked');
}
