import { boundedSignal } from '../runtime/bounded-signal.js';
import type { Runtime } from '../runtime/runtime.js';
import { ChangeTimeoutError } from './executor.errors.js';

/** How a call of a change's method ended. */
export type Attempt =
  | { readonly status: 'done' }
  | { readonly status: 'threw'; readonly error: unknown }
  /** It came to its end before the method was called: nothing of it has happened, nor ever will. */
  | { readonly status: 'not-called'; readonly error: unknown }
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

/** Tells that `work` has failed, ahead of its end; false where the call is over already. */
export type TellFailed = (error: unknown) => boolean;

/**
 * Calls `work` and waits for it within bounds. When a bound is hit, the signal that
 * `work` was given aborts, and `work` has the grace time left to end by itself. Once it has told that it failed,
 * nobody waits for it, and no bound applies.
 */
export function attempt(
  runtime: Runtime,
  { changeId, timeoutMs, graceMs, signal: outer }: AttemptBounds,
  work: (signal: AbortSignal, tellFailed: TellFailed) => Promise<void>,
): Promise<Attempt> {
  const late = (ms: number) => new ChangeTimeoutError(changeId, ms);
  const bounded = boundedSignal(outer, timeoutMs, late, runtime);
  const { signal } = bounded;
  return new Promise((resolve) => {
    let callOff = (): void => undefined;
    let isOver = false;
    const end = (result: Attempt): boolean => {
      if (isOver) return false;
      isOver = true;
      signal.removeEventListener('abort', stop);
      bounded.clear();
      callOff();
      resolve(result);
      return true;
    };
    const stop = (): void => {
      callOff = runtime.timer(graceMs(), () => end({ status: 'abandoned', error: signal.reason }));
    };
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
    const tellFailed: TellFailed = (error) => end({ status: 'threw', error });
    void settle(() => work(signal, tellFailed)).then(end);
  });
}

async function settle(work: () => Promise<void>): Promise<Attempt> {
  try {
    await work();
    return { status: 'done' };
  } catch (error) {
    return { status: 'threw', error };
  }
}
