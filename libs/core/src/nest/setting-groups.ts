import type { ApproverDirectory } from '../decisions/approval.js';
import type { ApprovalRule } from '../decisions/approval-reader.js';

/** How the run lock is held and waited for. */
export interface LockOptions {
  /**
   * Milliseconds for which the lock is held without being renewed: the longest time
   * that an instance which died shuts the others out. Renewed at a third of it.
   *
   * @default 10_000
   */
  readonly leaseMs?: number;
  /**
   * Longest time, in milliseconds, to wait for another instance.
   *
   * @default 600_000
   */
  readonly waitMs?: number;
  /**
   * Longest pause, in milliseconds, between two looks at a lock that another instance holds.
   *
   * @default 500
   */
  readonly retryMs?: number;
}

/** How a change is tried again within a run. */
export interface RetryOptions {
  /**
   * How often a change is tried, the first time included. 1: never again.
   *
   * @default 3
   */
  readonly attempts?: number;
  /**
   * Shortest pause between two attempts, in milliseconds. Pauses grow, with jitter.
   *
   * @default 100
   */
  readonly initialMs?: number;
  /**
   * Longest pause between two attempts, in milliseconds.
   *
   * @default 5_000
   */
  readonly maxMs?: number;
}

/** What an operator needs before an issue is resolved or a change undone. */
export interface ResolutionOptions {
  /**
   * How many other people have to approve it, after it was proposed. 1: two people for each.
   *
   * @default 0
   */
  readonly approvals?: number;
}

/** How long what is waited for may take. */
export interface TimeoutOptions {
  /**
   * Milliseconds for a whole run, waiting included.
   *
   * @default none
   */
  readonly runMs?: number;
  /**
   * Milliseconds for one method of a change; `timeoutMs` of a change wins.
   *
   * @default none
   */
  readonly changeMs?: number;
  /**
   * Milliseconds that a method gets to end by itself once it is told to stop, by a
   * time limit or a shutdown.
   *
   * @default 5_000
   */
  readonly graceMs?: number;
  /**
   * Milliseconds for one answer of the audit store, and for what the library asks of a
   * target system: to begin a transaction, to read a marker. Adapters wait a moment less,
   * and close a connection that has not answered.
   *
   * @default 60_000
   */
  readonly answerMs?: number;
  /**
   * Milliseconds for the end of a change's transaction: for what the change has left on its way, its marker, and the
   * answer to the COMMIT. After it the outcome is unknown, and the engine looks at the marker.
   *
   * @default answerMs
   */
  readonly commitMs?: number;
  /**
   * Milliseconds for a rollback, after which the connection is closed: the system then rolls back by itself.
   *
   * @default 2_000
   */
  readonly rollbackMs?: number;
  /**
   * Milliseconds for which this instance, once it has the lock, waits for an open transaction of the instance before
   * it that cannot be ended. Less than `answerMs`.
   *
   * @default half of answerMs
   */
  readonly takeOverMs?: number;
}

/** Which pending changes run only once people have approved them. */
export interface ApprovalOptions {
  /**
   * Changes that need approval besides those that say so themselves. The strictest of what applies to a change counts.
   *
   * @default none
   */
  readonly require?: readonly ApprovalRule[];
  /** Knows which groups a person belongs to, for needs that name groups. */
  readonly directory?: ApproverDirectory;
  /**
   * What a start does about a pending change that is not approved. `fail`: it is refused, and nothing runs. `wait`: it
   * waits, without the lock, for at most `lock.waitMs`. `skip`: it leaves out the rest of that stage.
   *
   * @default 'fail'
   */
  readonly onUnapproved?: 'fail' | 'wait' | 'skip';
  /**
   * Why changes are executed without approval this time. They are recorded so, and stay open until somebody has
   * reviewed them.
   *
   * @default they are not
   */
  readonly emergency?: string;
}

/** What the entry of a failure says beside its error text. */
export interface DiagnosisOptions {
  /**
   * Whether it has the text of the statement that failed, with literals and secrets taken out and cut. Parameters
   * are never recorded.
   *
   * @default true
   */
  readonly statements?: boolean;
}
