import type { Runtime } from './runtime.js';
import { sleep } from './sleep.js';

/** What is repeated, and for how long. */
export interface RetryBounds {
  /** Milliseconds after which the last error is thrown. */
  readonly forMs: number;
  /** Whether the same call may succeed in a moment. */
  readonly isPassing: (error: unknown) => boolean;
  /**
   * Longest pause between two attempts, in milliseconds; each one lasts from half of it, so that several
   * that wait do not try at the same moments.
   */
  readonly pauseMs: number;
}

/**
 * Repeats `attempt`, which must be safe to repeat, for a bounded time. For adapters.
 *
 * @throws what `attempt` throws at once where that does not pass, and otherwise the last error when time is up.
 */
export async function retryWhile<T>(
  runtime: Pick<Runtime, 'monotonicMs' | 'timer' | 'random'>,
  { forMs, isPassing, pauseMs }: RetryBounds,
  attempt: () => Promise<T>,
): Promise<T> {
  const deadline = runtime.monotonicMs() + forMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!isPassing(error) || runtime.monotonicMs() >= deadline) throw error;
    }
    await sleep(runtime, pauseMs * (0.5 + runtime.random() / 2));
  }
}
