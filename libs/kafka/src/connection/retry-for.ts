import { retryWhile, type AdapterHost } from '@nestjs-flamingock/core/adapter';

/** Longest pause between two attempts, in milliseconds. What brokers are busy with takes them about as long. */
const PAUSE_MS = 100;

/** Repeats `attempt` while it fails with what `isPassing`, for at most `forMs` milliseconds. */
export function retryFor<T>(
  { runtime }: AdapterHost,
  forMs: number,
  isPassing: (error: unknown) => boolean,
  attempt: () => Promise<T>,
): Promise<T> {
  return retryWhile(runtime, { forMs, isPassing, pauseMs: PAUSE_MS }, attempt);
}
