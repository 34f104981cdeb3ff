import type { Operator } from '../audit/actor.js';
import type { AuditState } from '../audit/audit-state.js';
import type { SignedHead } from '../evidence/anchor.js';
import type { DecisionRecord } from '../decisions/decision-record.js';
import type { LockRecord } from '../lock/lock-store.js';
import type { DriftReport } from './drift-report.js';
import type { ChangeReport, ExecutionReport } from './execution-report.js';
import type { HolderActivity } from './holder-activity.js';
import type { UndoneChange } from './undo-report.js';
import type {
  TookOverEvent,
  RunEvent,
  StageEvent,
  ChangeStartedEvent,
  ChangeProgressEvent,
  ChangeEndedEvent,
  AwaitingEvent,
  ChangeRetriedEvent,
  StillRunningEvent,
  LeftBehindEvent,
} from './run.events.js';

export type * from './run.events.js';

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

/** Dead letters of an alert are tried anew. */
export interface AlertResentEvent extends Operator {
  readonly service: string;
  readonly alertId: string;
  /** How many. */
  readonly messages: number;
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
  /** By an operator. */
  'alert.resent': AlertResentEvent;
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
