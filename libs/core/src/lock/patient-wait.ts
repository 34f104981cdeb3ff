import { isFinal } from '../errors/flamingock.error.js';
import { mayPass, type JudgesFailures } from '../errors/transience.js';
import type { Runtime } from '../runtime/runtime.js';
import { sleep } from '../runtime/sleep.js';

/** How long to wait, and how often to look meanwhile. All in milliseconds. */
export interface WaitLimits {
  /** Longest time to wait. */
  readonly waitMs: number;
  /** Longest pause between two looks. */
  readonly retryMs: number;
}

/** Is told, once each time, that the store fails which is waited through, and that it answers again. */
export interface StoreNews {
  away(error: unknown): void;
  back(): void;
}

/** What is waited for. */
export interface Awaited<T> {
  /** Looks once; anything but `undefined` ends the wait. `hasAnswered`: a look before it has ended without an error. */
  readonly look: (hasAnswered: boolean) => Promise<T | undefined>;
  /** What to throw when time is up. */
  readonly late: (waitedMs: number) => Error;
  /** For the reason to stop: what it had waited for, in a sentence. `undefined` where that is not known. */
  readonly describe: (waitedMs: number) => string | undefined;
  /** @default nobody is told */
  readonly news?: StoreNews | undefined;
  /** Ends the wait. */
  readonly signal: AbortSignal;
  /**
   * Longest pause of a wait that has just begun, in milliseconds, capped by `retryMs`.
   *
   * @default 50
   */
  readonly shortPauseMs?: number;
}

/** Back-off: a pause lasts at most this fraction of the time already waited, capped by `retryMs`. */
const PAUSE_FRACTION = 1 / 5;

/**
 * Looks again and again at what other instances do, less and less often. A store that has answered once may fail
 * meanwhile, as one that restarts does.
 *
 * @throws what `late` makes after `waitMs`; the signal's reason when it aborts; what a look throws and does not pass.
 */
export async function waitPatiently<T>(
  store: JudgesFailures,
  runtime: Runtime,
  { waitMs, retryMs }: WaitLimits,
  { look, late, describe, news, signal, shortPauseMs = 50 }: Awaited<T>,
): Promise<T> {
  const since = runtime.monotonicMs();
  const waitedMs = (): number => Math.round(runtime.monotonicMs() - since);
  let hasAnswered = false;
  let isAway = false;
  for (;;) {
    if (signal.aborted) throw stopped(signal.reason, describe(waitedMs()));
    try {
      const found = await look(hasAnswered);
      if (isAway) news?.back();
      isAway = false;
      if (found !== undefined) return found;
      hasAnswered = true;
    } catch (cause) {
      if (cause === signal.reason) continue;
      if (!hasAnswered || isFinal(cause) || !mayPass(store, cause)) throw cause;
      if (!isAway) news?.away(cause);
      isAway = true;
    }
    if (waitedMs() >= waitMs) throw late(waitedMs());
    await sleep(runtime, pauseAfter(waitedMs(), shortPauseMs, retryMs, runtime), signal);
  }
}

/** Jittered, so that waiting instances do not look in step. */
function pauseAfter(
  waitedMs: number,
  shortPauseMs: number,
  retryMs: number,
  runtime: Pick<Runtime, 'random'>,
): number {
  const longest = Math.max(shortPauseMs, waitedMs * PAUSE_FRACTION);
  return Math.min(longest, retryMs) * (0.5 + runtime.random() / 2);
}

/** The reason to stop. Where that can tell so, it says that only a wait was stopped. */
function stopped(reason: unknown, wait: string | undefined): unknown {
  return wait !== undefined && canTellOfWait(reason) ? reason.whileWaiting(wait) : reason;
}

function canTellOfWait(reason: unknown): reason is { whileWaiting(wait: string): Error } {
  return typeof reason === 'object' && reason !== null && 'whileWaiting' in reason;
}
