import { abortOf } from '../abort.js';
import { boundedSignal } from '../bounded-signal.js';
import type { Runtime } from '../runtime.js';
import { inTimeOr } from '../within-time.js';
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
  readonly graceMs: () => number;
  /** Run-wide reasons to stop: lock lost, run out of time, shutdown. */
  readonly signal: AbortSignal;
}

/**
 * Calls `work` and waits for it within bounds. When a bound is hit, the signal that
 * `work` was given aborts, and `work` has the grace time left to end by itself.
 */
export async function attempt(
  runtime: Runtime,
  { changeId, timeoutMs, graceMs, signal: outer }: AttemptBounds,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<Attempt> {
  const late = (ms: number) => new ChangeTimeoutError(changeId, ms);
  const bounded = boundedSignal(outer, timeoutMs, late, runtime);
  const { signal } = bounded;
  const stopped = abortOf(signal);
  const ended = settle(work, signal);
  try {
    return (
      (await Promise.race([ended, stopped.happened])) ??
      (await inTimeOr(
        graceMs(),
        ended,
        (resolve) => resolve({ status: 'abandoned', error: signal.reason }),
        runtime,
      ))
    );
  } finally {
    stopped.forget();
    bounded.clear();
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
