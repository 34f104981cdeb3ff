import type { Runtime } from '../runtime.js';
import { ChangeTimeoutError } from './executor.errors.js';

/** How a call of a change's method ended. */
export type Attempt =
  | { readonly status: 'done' }
  | { readonly status: 'threw'; readonly error: unknown }
  /** It was told to stop and has not ended: it may still be at work. */
  | { readonly status: 'abandoned'; readonly error: unknown };

/** What ends a call before it ends by itself. */
export interface AttemptBounds {
  readonly changeId: string;
  readonly timeoutMs: number | undefined;
  /** Time to end by itself, asked for at the moment a bound is hit. */
  graceMs(): number;
  /** Run-wide reasons to stop: lock lost, run out of time, shutdown. */
  readonly signal: AbortSignal;
}

/**
 * Calls `work` and waits for it within bounds. When a bound is hit, the signal that
 * `work` was given aborts, and `work` has the grace time left to end by itself.
 */
export async function attempt(
  runtime: Runtime,
  bounds: AttemptBounds,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<Attempt> {
  const timer = new AbortController();
  const timeout = new AbortController();
  const signal = AbortSignal.any([bounds.signal, timeout.signal]);
  const stopped = aborted(signal, timer.signal);
  if (bounds.timeoutMs !== undefined) {
    const { timeoutMs } = bounds;
    void runtime.sleep(timeoutMs, timer.signal).then(() => {
      if (!timer.signal.aborted) timeout.abort(new ChangeTimeoutError(bounds.changeId, timeoutMs));
    });
  }
  const ended = settle(work, signal);
  try {
    return (
      (await Promise.race([ended, stopped])) ??
      (await Promise.race([ended, runtime.sleep(bounds.graceMs(), timer.signal)])) ?? {
        status: 'abandoned',
        error: signal.reason,
      }
    );
  } finally {
    timer.abort();
  }
}

async function settle(work: (signal: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<Attempt> {
  try {
    await work(signal);
    return { status: 'done' };
  } catch (error) {
    return { status: 'threw', error };
  }
}

/** Resolves when `signal` aborts; forgets about it when `unneeded` does. */
function aborted(signal: AbortSignal, unneeded: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener('abort', () => resolve(undefined), { signal: unneeded });
  });
}
