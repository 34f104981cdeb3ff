import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import type { Runtime } from './runtime.js';

/** The {@link Runtime} of a real process. */
export const nodeRuntime: Runtime = {
  monotonicMs: () => performance.now(),
  async sleep(ms, signal) {
    await delay(ms, undefined, { signal }).catch((cause: unknown) => {
      if (!signal?.aborted) throw cause;
    });
  },
  uuid: randomUUID,
  random: Math.random,
  host: hostname(),
  pid: process.pid,
};
