import { setTimeout as delay } from 'node:timers/promises';

/** Settles as `work` does, or rejects with what `late` makes once `ms` milliseconds are over. */
export async function bounded<T>(ms: number, work: Promise<T>, late: () => unknown): Promise<T> {
  const timer = new AbortController();
  const timeout = delay(ms, undefined, { signal: timer.signal }).then(() => Promise.reject(late() as Error));
  // It rejects when the timer is stopped, too.
  timeout.catch(() => undefined);
  try {
    return await Promise.race([work, timeout]);
  } finally {
    timer.abort();
  }
}

/** Repeats `attempt` while it fails with what `isPassing`, for at most `ms` milliseconds. */
export async function insist<T>(
  ms: number,
  isPassing: (error: unknown) => boolean,
  attempt: () => Promise<T>,
): Promise<T> {
  const giveUpAt = performance.now() + ms;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!isPassing(error) || performance.now() >= giveUpAt) throw error;
    }
    await delay(50 + Math.random() * 50);
  }
}
