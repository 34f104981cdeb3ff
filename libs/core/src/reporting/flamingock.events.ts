import type { Operator } from '../audit/actor.js';
import type { AuditState } from '../audit/audit-state.js';
import type { ChainEnd } from '../audit/chain.js';
import type { SignedHead } from '../evidence/anchor.js';
import type { ChangeProgress } from '../change/change-progress.js';
import type { DecisionRecord } from '../decisions/decision-record.js';
import type { LockRecord } from '../lock/lock-store.js';
import type { DriftReport } from './drift-report.js';
import type { ChangeReport, ExecutionReport } from './execution-report.js';
import type { HolderActivity } from './holder-activity.js';
import type { UndoneChange } from './undo-report.js';

/** A run goes on where another one was gone in the middle of a change. */
export interface TookOverEvent extends RunEvent {
  /** The change whose end is not recorded. */
  readonly changeId: string;
  /** Number of its last entry. */
  readonly seq: number;
  /** Who had started it. */
  readonly from: { readonly executionId: string; readonly host: string };
}

/** Names the run and, below, the stage or change that an event is about. */
export interface RunEvent {
  readonly service: string;
  readonly executionId: string;
}

/** A stage of a run. */
export interface StageEvent extends RunEvent {
  readonly stage: string;
}

/** A change that is about to run. */
export interface ChangeStartedEvent extends StageEvent {
  readonly changeId: string;
  /** Which one of those that this run has to apply it is: from 1. */
  readonly position: number;
  /** How many changes this run has to apply. */
  readonly of: number;
}

/** How far a change has come, as it says itself. */
export interface ChangeProgressEvent extends StageEvent, ChangeProgress {
  readonly changeId: string;
  /** Milliseconds since its method was called. */
  readonly runningMs: number;
}

/** A change that has ended, with what the report says of it. */
export interface ChangeEndedEvent extends RunEvent {
  readonly change: ChangeReport;
  /**
   * End of the history as this run knows it by then: with what it has recorded of the change, and of the changes that
   * share its commit. Absent where nothing was ever recorded.
   */
  readonly head?: ChainEnd;
}

/** A change that needs a manual check before those who wait may go on. */
export interface AwaitedIssue {
  readonly changeId: string;
  readonly stage: string;
  /** Its last recorded state. */
  readonly state: AuditState;
  /** Why the engine cannot decide by itself, in a sentence. */
  readonly reason: string;
}

/** What a process of the role `wait` waits for: its own changes, applied by another process. */
export interface AwaitingEvent extends RunEvent {
  /** Why it waits, in a sentence for a person: who applies them, what failed, or that nobody is at work. */
  readonly reason: string;
  /** Ids of the changes that it waits for, in the order in which they run; those of `issues` included. */
  readonly pending: readonly string[];
  /** Who is applying changes, where that is known. */
  readonly holder?: LockRecord;
  /** Those that need a manual check before it can go on, in the order in which they run. */
  readonly issues: readonly AwaitedIssue[];
}

/** A change that failed, of which nothing is left, and that is about to be tried again. */
export interface ChangeRetriedEvent extends RunEvent {
  readonly changeId: string;
  /** Number of the attempt that failed, from 1. */
  readonly attempt: number;
  /** What it failed of, as recorded. */
  readonly error: string;
  /** Milliseconds until the next attempt. */
  readonly pauseMs: number;
}

/** Something that goes on for long. */
export interface StillRunningEvent extends RunEvent {
  /** The change that is at work, if one is. */
  readonly changeId: string | undefined;
  /** Milliseconds since it, or else the wait, began. */
  readonly runningMs: number;
  /** What it waits for just now, in words: its method, the lock, the audit store, a target system. */
  readonly waitsFor: string;
}

/** Something that a change has begun and that came after its end. */
export interface LeftBehindEvent extends RunEvent {
  readonly changeId: string;
  /** The statement that was refused, or the promise that failed. */
  readonly what: string;
}

/** A change that needs a manual check. Who and why are those of an undo; a run has none. */
export interface IssueOpenedEvent extends RunEvent, Operator {
  /** What the report of the run or undo says of it. */
  readonly change: ChangeReport | UndoneChange;
}

/** An operator's finding about a change, once it is recorded. */
export interface IssueResolvedEvent extends RunEvent, Operator {
  readonly changeId: string;
  /** The state that was recorded. */
  readonly state: AuditState;
}

/** What somebody has said about a change or an issue. */
export interface DecisionRecordedEvent {
  readonly service: string;
  readonly decision: DecisionRecord;
}

/** What applied changes say of themselves; `drifted` has those that are not there any more, or cannot tell. */
export interface DriftCheckedEvent extends RunEvent, DriftReport {}

/** A change that was undone. */
export interface ChangeUndoneEvent extends RunEvent, Operator {
  readonly change: UndoneChange;
}

/** A lock that an operator has freed. */
export interface LockReleasedEvent extends Operator {
  readonly service: string;
  /** The acquisition that was released. */
  readonly holder: LockRecord;
}

/** A service that has another name. */
export interface ServiceRenamedEvent extends Operator {
  /** The name that it has now. */
  readonly service: string;
  /** The name that it had before. */
  readonly from: string;
  /** How many changes its history has. */
  readonly changes: number;
}

/** What another tool, or a person, says is applied is in the history. */
export interface ImportRecordedEvent extends Operator {
  readonly service: string;
  /** The tool whose history was imported; `baseline` where none was. */
  readonly tool: string;
  /** How many entries were recorded. */
  readonly recorded: number;
}

/** A target system that has failed too often, and is left alone. */
export interface CircuitOpenedEvent {
  readonly service: string;
  readonly targetSystem: string;
  /** Failures in a row. */
  readonly failures: number;
  /** When the first of them was, on the audit store's clock: ISO 8601, UTC. */
  readonly since: string;
  /** When one change finds out whether it is back: ISO 8601, UTC. */
  readonly until: string;
  /** The last failure. */
  readonly error: string;
}

/** A target system that is not left alone any more. Who and why are those of an operator; a run has none. */
export interface CircuitClosedEvent extends Operator {
  readonly service: string;
  readonly targetSystem: string;
}

/** A head of the history that was signed. */
export interface HeadSignedEvent extends RunEvent {
  readonly head: SignedHead;
}

/** What an operation of an operator has left undone at its end. What it was for is done. */
export interface OperationUntidyEvent extends RunEvent {
  /** What is left, what that means, and why. */
  readonly warning: string;
}

/** Every event by name, with what its listeners get. */
export interface FlamingockEventMap {
  'run.started': RunEvent;
  /** Another instance holds the lock. Once per holder. */
  'run.waiting': RunEvent & { readonly holder: LockRecord | undefined };
  /** It has the lock, and the holder before was gone in the middle of a change. Each run that meets that tells so again. */
  'run.took-over': TookOverEvent;
  /**
   * By a process of the role `wait`, between its `run.started` and its `run.completed` or `run.failed`: at its first look,
   * and whenever what it waits for has changed; not at each look. It has applied, locked and written nothing.
   */
  'run.awaiting': AwaitingEvent;
  /** The audit store fails while the run waits for others, and is waited for in turn; `error` is masked. Once each time. */
  'run.store-away': RunEvent & { readonly error: string };
  /** It answers again. */
  'run.store-back': RunEvent;
  /** What the holder of the lock that this run waits for is at work on, where it tells. At most every two seconds. */
  'holder.progress': RunEvent & { readonly holder: LockRecord; readonly activity: HolderActivity };
  /** A change, or the wait for the lock, has gone on for half a minute; published again at growing intervals. */
  'run.still-running': StillRunningEvent;
  'run.completed': RunEvent & { readonly report: ExecutionReport };
  'run.failed': RunEvent & { readonly error: unknown; readonly report: ExecutionReport };
  'stage.started': StageEvent;
  'stage.completed': StageEvent;
  'stage.failed': StageEvent;
  'stage.blocked': StageEvent;
  /** It comes to a change that it is too early for. Its other changes may follow in the same run. */
  'stage.waiting': StageEvent;
  'change.started': ChangeStartedEvent;
  /** At most once a second while its method runs, and for its last report before it ends. Secrets in the note are masked. */
  'change.progress': ChangeProgressEvent;
  /** Executed or reconciled. */
  'change.completed': ChangeEndedEvent;
  'change.failed': ChangeEndedEvent;
  'change.blocked': ChangeEndedEvent;
  /** It is too early for it: it failed before, or its target system is left alone. */
  'change.waiting': ChangeEndedEvent;
  /** An attempt failed transiently. The change is neither completed nor failed yet. */
  'change.retried': ChangeRetriedEvent;
  /** A change that has ended still did something: it was refused, or has failed. Once per change; may come after the run. */
  'change.left-behind': LeftBehindEvent;
  /** Applied changes were asked whether they are still there: by a start (`driftAt`) or by `drift`. Also if all are. */
  'drift.checked': DriftCheckedEvent;
  /** By an operator. Published for each undone change, also where the undo stops at a later one. */
  'change.undone': ChangeUndoneEvent;
  /** A run or an undo stopped at a change that needs a manual check. Each run that meets it tells so again. */
  'issue.opened': IssueOpenedEvent;
  /** By `audit fix` or `audit reconcile`. */
  'issue.resolved': IssueResolvedEvent;
  /** Somebody has acknowledged, assigned, commented, proposed, approved or the like; see the kind of the decision. */
  'decision.recorded': DecisionRecordedEvent;
  /** Also where it was open before, and a probe has failed. */
  'circuit.opened': CircuitOpenedEvent;
  /** By a change that succeeded on its target system, or by an operator. */
  'circuit.closed': CircuitClosedEvent;
  /** By an operator; what a run releases by itself is no event. */
  'lock.released': LockReleasedEvent;
  /** After a run or an operation that has recorded anything, where `evidence` is set; and by `audit.signHead()`. */
  'head.signed': HeadSignedEvent;
  /** By an operation; a run has it among the warnings of its report. */
  'operation.untidy': OperationUntidyEvent;
  /** All of its history is under the new name. */
  'service.renamed': ServiceRenamedEvent;
  /** By an import or a baseline, if it has recorded anything. */
  'import.recorded': ImportRecordedEvent;
  /** What an import or a baseline has recorded was taken back. */
  'import.undone': ImportRecordedEvent;
}

/** Name of an event. */
export type FlamingockEventName = keyof FlamingockEventMap;
