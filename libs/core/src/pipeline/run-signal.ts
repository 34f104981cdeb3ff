import type { Runtime } from '../runtime.js';
import { RunTimeoutError } from './pipeline.errors.js';

/** A signal for a whole run, and how to forget its timer. */
export interface BoundedSignal {
  readonly signal: AbortSignal;
  clear(): void;
}

/** Adds the run's own time limit, in milliseconds, to a signal from outside. */
export function boundedSignal(
  outer: AbortSignal,
  service: string,
  timeoutMs: number | undefined,
  runtime: Runtime,
): BoundedSignal {
  if (timeoutMs === undefined) return { signal: outer, clear: () => undefined };
  const timer = new AbortController();
  const timeout = new AbortController();
  void runtime.sleep(timeoutMs, timer.signal).then(() => {
    if (!timer.signal.aborted) timeout.abort(new RunTimeoutError(service, timeoutMs));
  });
  return { signal: AbortSignal.any([outer, timeout.signal]), clear: () => timer.abort() };
}
