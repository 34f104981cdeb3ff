import type { Runtime } from '../runtime/runtime.js';

/** Starts measuring; each call of the result returns the milliseconds since. */
export function stopwatch(runtime: Runtime): () => number {
  const since = runtime.monotonicMs();
  return () => runtime.monotonicMs() - since;
}
