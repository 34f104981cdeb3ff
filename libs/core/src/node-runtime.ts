import { randomUUID } from 'node:crypto';
import { hostname, uptime } from 'node:os';
import { performance } from 'node:perf_hooks';
import type { Runtime } from './runtime.js';
import { wakingClock } from './waking-clock.js';

/** The {@link Runtime} of a real process. */
export const nodeRuntime: Runtime = {
  monotonicMs: wakingClock({
    monotonicMs: () => performance.now(),
    wallMs: () => Date.now(),
    uptimeMs: () => uptime() * 1_000,
  }),
  timer(ms, ring) {
    const timer = setTimeout(ring, ms);
    return () => clearTimeout(timer);
  },
  uuid: randomUUID,
  random: Math.random,
  host: hostname(),
  pid: process.pid,
};
