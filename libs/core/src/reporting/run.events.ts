import type { AuditState } from '../audit/audit-state.js';
import type { ChainEnd } from '../audit/chain.js';
import type { ChangeProgress } from '../change/change-progress.js';
import type { LockRecord } from '../lock/lock-store.js';
import type { ChangeReport } from './execution-report.js';

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
