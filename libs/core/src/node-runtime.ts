import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { performance } from 'node:perf_hooks';
import type { Runtime } from './runtime.js';

/** The {@link Runtime} of a real process. */
export const nodeRuntime: Runtime = {
  monotonicMs: () => performance.now(),
  // Not by node:timers/promises, which makes an error for each sleep that is called off.
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      if (signal?.aborted) end();
      else signal?.addEventListener('abort', end);
    }),
  uuid: randomUUID,
  random: Math.random,
  host: hostname(),
  pid: process.pid,
};
