/**
 * All that the engine takes from the outside world besides its stores: time, ids and
 * randomness. Tests and simulations replace it; nothing else in the engine reads a clock or
 * a random number.
 */
export interface Runtime {
  /**
   * Milliseconds on a clock that never goes back, and goes on while the process stands still or
   * its machine is suspended; only differences mean anything.
   */
  monotonicMs(): number;
  /**
   * Calls `callback` after `ms` milliseconds. Returns a function that cancels the timer. A process with nothing else to
   * do ends in spite of an `idle` timer.
   */
  timer(ms: number, callback: () => void, idle?: 'idle'): () => void;
  /** A value that no other process will ever produce. */
  uuid(): string;
  /** A number from 0 (included) to 1 (excluded). */
  random(): number;
  /**
   * Ends this process with an exit code, once all that it has printed is written. Only for a process that is there for
   * the changes alone, see `role: 'execute'`. Never resolves.
   */
  end(exitCode: number): Promise<never>;
  /** Name of this machine, as recorded in lock and audit entries. */
  readonly host: string;
  /** Id of this process, as recorded in the lock. */
  readonly pid: number;
  /**
   * What else is known of this process. Asked only once a change has failed.
   *
   * @default nothing
   */
  processFacts?(): ProcessFacts;
}

/** What tells one build and one instance of an application from another. */
export interface ProcessFacts {
  /** Version of the application. */
  readonly applicationVersion?: string | undefined;
  /** Revision of its sources. */
  readonly revision?: string | undefined;
  /** Version of Node, without the leading `v`. */
  readonly nodeVersion?: string | undefined;
  /** Name of the pod that it runs in. */
  readonly pod?: string | undefined;
}
