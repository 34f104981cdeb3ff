import { nodeRuntime } from './node-runtime.js';
import type { Runtime } from './runtime.js';

/**
 * What `work` resolves to, if it does so in time.
 *
 * @throws what `late` gives otherwise; nobody waits for `work` any more.
 */
export function withinTime<T>(
  ms: number,
  work: Promise<T>,
  late: () => Error,
  runtime: Pick<Runtime, 'timer'> = nodeRuntime,
): Promise<T> {
  return inTimeOr(ms, work, () => Promise.reject(late()), runtime);
}

/** Settles as `work` does, if that happens in time, and otherwise as what `late` gives. */
export function inTimeOr<T>(
  ms: number,
  work: Promise<T>,
  late: () => T | Promise<T>,
  runtime: Pick<Runtime, 'timer'>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const callOff = runtime.timer(ms, () => resolve(late()));
    work.then(callOff, callOff);
    work.then(resolve, reject);
  });
}
