import { setTimeout as sleep } from 'node:timers/promises';
import { RowHeldError } from '../typeorm.errors.js';
import type { AwaitedRow, RowHolder } from './server.js';

/** How long a write may take before somebody is taken to be in its way, and between two looks at who. */
const LOOK_MS = 200;

/** How long a write waits for a transaction that cannot be ended, in milliseconds. */
export const HELD_PATIENCE_MS = 30_000;

/**
 * Waits for a write that an open transaction may be in the way of, and has that
 * transaction ended if it hangs.
 *
 * @throws RowHeldError when it stays in the way for `patienceMs`; what the write does then is not waited for.
 */
export async function takeOver<T>(
  row: AwaitedRow,
  writing: Promise<T>,
  endHolder: (seen: RowHolder | undefined) => Promise<RowHolder | undefined>,
  patienceMs = HELD_PATIENCE_MS,
): Promise<T> {
  const deadline = performance.now() + patienceMs;
  let holder: RowHolder | undefined;
  let cause: unknown;
  while (!(await endsSoon(writing))) {
    if (performance.now() >= deadline) throw new RowHeldError(row, holder, cause);
    try {
      holder = await endHolder(holder);
    } catch (error) {
      cause = error;
    }
  }
  return writing;
}

async function endsSoon(writing: Promise<unknown>): Promise<boolean> {
  const stop = new AbortController();
  const ended = writing.then(
    () => true,
    () => true,
  );
  const still = sleep(LOOK_MS, false, { signal: stop.signal }).catch(() => false);
  try {
    return await Promise.race([ended, still]);
  } finally {
    stop.abort();
  }
}
