import type { ApprovalSettings } from '../decisions/approval-reader.js';
import type { Evidence } from '../evidence/anchor.js';
import type { LockSettings } from '../lock/lock-queue.js';
import type { CircuitSettings } from '../recovery/circuit.js';
import type { Playbook } from '../recovery/playbook.js';
import type { Limits } from '../runtime/limits.js';

/** How often a change is tried in one run, and how long the run waits in between. */
export interface RetrySettings {
  /** The first one included. */
  readonly attempts: number;
  /** Shortest pause, in milliseconds. */
  readonly initialMs: number;
  /** Longest pause, in milliseconds. */
  readonly maxMs: number;
}

/** How runs behave. Every value is set: defaults are the business of `resolveOptions`. */
export interface EngineSettings {
  readonly commit: 'auto' | 'each';
  readonly onIssue: 'fail' | 'skip';
  readonly outOfOrder: 'allow' | 'warn' | 'fail';
  readonly renamedChanges: 'allow' | 'warn' | 'fail';
  readonly editedChanges: 'ignore' | 'warn' | 'fail';
  readonly driftAt: 'start' | 'never';
  /** Whether what is for development only is allowed, and by what that is decided. */
  readonly development: { readonly isOn: boolean; readonly why: string };
  readonly retry: RetrySettings;
  /** How many others have to approve what an operator wants to record about an issue, or to undo. */
  readonly resolution: { readonly approvals: number };
  readonly approvals: ApprovalSettings & {
    /** What a start does about a pending change that is not approved. */
    readonly onUnapproved: 'fail' | 'wait' | 'skip';
  };
  readonly backOff: {
    /** Longest time, in milliseconds, that a run waits for changes that are not to be executed yet. */
    readonly waitMs: number;
  };
  /** False: no circuits are kept. */
  readonly circuit: CircuitSettings | false;
  /** What is done about issues without a person; the first that matches counts. */
  readonly resolutions: readonly Playbook[];
  /** What is recorded of failures. */
  readonly diagnosis: { readonly statements: boolean };
  /** Who signs where the history ends, and where that is kept; `undefined`: nobody. */
  readonly evidence: Evidence | undefined;
  /** Address of the test run of this code, recorded with what is executed; `undefined`: none. */
  readonly tests: string | undefined;
  readonly lock: LockSettings;
  readonly timeouts: Limits & {
    /** Milliseconds for a whole run, waiting included; `undefined`: no bound. */
    readonly runMs: number | undefined;
    /** Milliseconds for one method of a change; `undefined`: no bound. */
    readonly changeMs: number | undefined;
    /** Milliseconds that a method gets to end by itself after its signal has aborted. */
    readonly graceMs: number;
  };
}
