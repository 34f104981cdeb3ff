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
  runtime: Pick<Runtime, 'timer'>,
): BoundedSignal {
  if (timeoutMs === undefined) return { signal: outer, clear: () => undefined };
  const timeout = new AbortController();
  const clear = runtime.timer(timeoutMs, () => timeout.abort(late(timeoutMs)));
  return { signal: AbortSignal.any([outer, timeout.signal]), clear };
}
