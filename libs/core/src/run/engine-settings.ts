import type { Evidence } from '../evidence/anchor.js';
import type { LockSettings } from '../lock/lock-queue.js';
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
  /** Whether what is for development only is allowed, and by what that is decided. */
  readonly development: { readonly isOn: boolean; readonly why: string };
  readonly retry: RetrySettings;
  /** Who signs where the history ends, and where that is kept; `undefined`: nobody. */
  readonly evidence: Evidence | undefined;
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
