import type { Runtime } from './runtime.js';

/** Resolves after `ms` milliseconds, or at once when `signal` aborts. Never rejects. */
export function sleep(runtime: Pick<Runtime, 'timer'>, ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = (): void => {
      callOff();
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const callOff = runtime.timer(ms, end);
    signal?.addEventListener('abort', end);
  });
}
