import type { StageEvent } from './flamingock.events.js';

/** A change that is about to be called: executed, or undone by an operator. */
export interface ObservedChange extends StageEvent {
  readonly changeId: string;
  readonly operation: 'EXECUTE' | 'UNDO';
  readonly targetSystem: string;
  /** See `databaseSystem` of the target system. */
  readonly databaseSystem?: string;
}

/** How a change ended. Of one that shares a commit: its own part, before the commit. */
export interface ObservedEnd {
  /** What it failed with; absent where it did not fail. */
  readonly error?: unknown;
}

/**
 * Follows changes from inside, as a tracer has to: what it makes current in `around` is current in all that the change
 * does, its transaction included. It cannot fail a change, nor keep it from being called.
 */
export interface ChangeObserver {
  /**
   * Calls `call` at once, from within whatever is to be current in the change. The promise that `call` returns never
   * rejects. What is thrown or rejected here is reported, and the change goes on.
   */
  around(change: ObservedChange, call: () => Promise<ObservedEnd>): unknown;
}

/** Calls `work` once, inside all observers. */
export function insideObservers<T extends object>(
  observers: readonly ChangeObserver[],
  change: ObservedChange,
  work: () => Promise<T>,
  onError: (error: unknown) => void,
): Promise<T> {
  const [observer, ...others] = observers;
  if (!observer) return work();
  let running: Promise<T> | undefined;
  const run = (): Promise<T> => (running ??= insideObservers(others, change, work, onError));
  try {
    const result = observer.around(change, () => run().then(endOf, (error: unknown) => ({ error })));
    if (result) Promise.resolve(result).catch(onError);
  } catch (error) {
    onError(error);
  }
  return run();
}

function endOf(result: object): ObservedEnd {
  return 'error' in result ? { error: result.error } : {};
}
