import { retryWhile, type AdapterHost } from '@nestjs-flamingock/core/adapter';
import type { Dialect, SqlErrorKind } from '../sql/dialect.js';

/**
 * How long a statement is tried again while others are in its way, in milliseconds. Not a limit of an answer: each
 * attempt has one, at once, and it is a refusal.
 */
export const BUSY_MS = 10_000;

/** Longest pause between two attempts, in milliseconds. Others hold what is waited for during a few statements. */
const PAUSE_MS = 25;

/** Repeats `attempt` while it fails with trouble that passes. */
export function retryWhileBusy<T>(
  { runtime }: AdapterHost,
  { classifyError }: Pick<Dialect, 'classifyError'>,
  { forMs, passing = ['busy'] }: { readonly forMs: number; readonly passing?: readonly SqlErrorKind[] },
  attempt: () => Promise<T>,
): Promise<T> {
  const isPassing = (error: unknown) => passing.some((trouble) => trouble === classifyError(error));
  return retryWhile(runtime, { forMs, isPassing, pauseMs: PAUSE_MS }, attempt);
}
