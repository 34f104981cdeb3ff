/** How a change is kept together with its entries, and what may be done with it after a crash. */
export type ChangeKind = 'TX_SHARED' | 'TX_SEPARATE' | 'NON_TX_MANUAL' | 'NON_TX_RETRY' | 'NON_TX_STEPS';

/** One change of the service. */
export interface ChangePlan {
  readonly id: string;
  readonly stage: string;
  readonly kind: ChangeKind;
  readonly hasRollback: boolean;
  /** How many runs of its execution throw, counted over all processes. */
  readonly failures: number;
  /** How many runs of its rollback throw, counted over all processes. */
  readonly rollbackFailures: number;
  /** Milliseconds that it works between its statements. */
  readonly workMs: number;
}

/** One process: an instance of the service, or an operator's command. */
export interface ProcessPlan {
  readonly id: number;
  readonly operation: 'execute' | 'fix' | 'undo';
  readonly startsAt: number;
  /** How many of the service's changes its code has: fewer in an older version. */
  readonly knows: number;
  /** What an `undo` takes back. */
  readonly changeId?: string;
}

/** Trouble with one statement that a process sends. */
export interface MessageFault {
  readonly kind: 'crash' | 'pause' | 'lose' | 'delay' | 'late' | 'duplicate';
  readonly process: number;
  /** `undefined`: statements of every name. */
  readonly statement: string | undefined;
  /** Which of these statements, counted from 0. */
  readonly message: number;
  /** On the way to the store, or on the way back. */
  readonly leg: 'request' | 'answer';
  /** How long, where it lasts. */
  readonly ms: number;
}

/** Trouble that begins at a moment. */
export type TimedFault =
  /** Nothing that the process sends or is sent arrives. */
  | { readonly kind: 'outage'; readonly process: number; readonly at: number; readonly ms: number }
  /** The process is told to stop, as SIGTERM does. */
  | { readonly kind: 'stop'; readonly process: number; readonly at: number }
  /** The stores' clock is set forward, or back. */
  | { readonly kind: 'clock'; readonly at: number; readonly ms: number }
  /** A database loses its last writes, as a standby lacks them that lagged and was promoted. */
  | {
      readonly kind: 'forget';
      readonly database: 'audit' | 'target';
      readonly at: number;
      readonly writes: number;
    };

/** Something that goes wrong. */
export type Fault = MessageFault | TimedFault;

/** Everything about a schedule that is not a consequence. Equal scenarios run equally. */
export interface Scenario {
  /** What the latencies of messages follow from. */
  readonly seed: number;
  readonly commit: 'auto' | 'each';
  readonly onIssue: 'fail' | 'skip';
  /** Milliseconds that a method of a change has; `undefined`: no bound. */
  readonly changeMs: number | undefined;
  /** In the order of the pipeline. */
  readonly changes: readonly ChangePlan[];
  readonly processes: readonly ProcessPlan[];
  readonly faults: readonly Fault[];
}

/** Stages in the order in which they run. */
export const STAGES: readonly string[] = ['first', 'second'];

/** True for changes that a database can take back. */
export function isTransactionalKind(kind: ChangeKind): boolean {
  return kind === 'TX_SHARED' || kind === 'TX_SEPARATE';
}
