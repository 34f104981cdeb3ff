import type { Runtime } from './runtime.js';

/** Between which pauses grow, in milliseconds. */
export interface PauseBounds {
  readonly initialMs: number;
  readonly maxMs: number;
}

/** The longest factor between two pauses. */
const GROWTH = 3;

/** The pause after one that lasted `lastMs`: longer on the whole, with decorrelated jitter. The first follows `initialMs`. */
export function growingPause(
  lastMs: number,
  { initialMs, maxMs }: PauseBounds,
  runtime: Pick<Runtime, 'random'>,
): number {
  const longest = lastMs * GROWTH - initialMs;
  return Math.min(maxMs, Math.round(initialMs + runtime.random() * longest));
}
