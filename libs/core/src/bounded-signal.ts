import { NOT_NEEDED } from './abort.js';
import type { Runtime } from './runtime.js';

/** A signal with a limit of time, and how to forget its timer. */
export interface BoundedSignal {
  readonly signal: AbortSignal;
  clear(): void;
}

/** Adds a limit in milliseconds to a signal from outside; `late` makes the reason. */
export function boundedSignal(
  outer: AbortSignal,
  timeoutMs: number | undefined,
  late: (timeoutMs: number) => Error,
  runtime: Pick<Runtime, 'sleep'>,
): BoundedSignal {
  if (timeoutMs === undefined) return { signal: outer, clear: () => undefined };
  const timer = new AbortController();
  const timeout = new AbortController();
  void runtime.sleep(timeoutMs, timer.signal).then(() => {
    if (!timer.signal.aborted) timeout.abort(late(timeoutMs));
  });
  return { signal: AbortSignal.any([outer, timeout.signal]), clear: () => timer.abort(NOT_NEEDED) };
}
