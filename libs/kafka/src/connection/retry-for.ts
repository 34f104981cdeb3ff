import { setTimeout as delay } from 'node:timers/promises';

/** Repeats `attempt` while it fails with what `isPassing`, for at most `ms` milliseconds. */
export async function retryFor<T>(
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
