import type { ChangeDescriptor } from '../change/change-descriptor.js';
import { isFinal } from '../errors/flamingock.error.js';
import type { ChangeOutcome } from '../executor/change-executor.js';
import { growingPause } from '../runtime/growing-pause.js';
import type { Runtime } from '../runtime/runtime.js';
import { sleep } from '../runtime/sleep.js';
import type { RetrySettings } from './engine-settings.js';

/** An attempt that failed, before the next one. */
export interface FailedAttempt {
  /** Its number, from 1. */
  readonly attempt: number;
  readonly error: unknown;
  /** Milliseconds until the next one. */
  readonly pauseMs: number;
}

/** How a change is tried again. */
export interface Retrying {
  readonly runtime: Pick<Runtime, 'random' | 'timer'>;
  /** Ends the pauses, and with them the attempts. */
  readonly signal: AbortSignal;
  readonly settings: RetrySettings;
  readonly tell: (failed: FailedAttempt) => void;
}

/**
 * Tries a change again while its target system calls the failure transient and nothing of the attempt is left: the same
 * change may succeed a moment later. Pauses grow, with decorrelated jitter, and are as long as its system asks for.
 *
 * @returns the outcome of the last attempt.
 */
export async function retryWhilePassing(
  change: ChangeDescriptor,
  first: ChangeOutcome,
  { runtime, signal, settings, tell }: Retrying,
  again: (attempt: number, failed: ChangeOutcome) => Promise<ChangeOutcome>,
): Promise<ChangeOutcome> {
  const { attempts, initialMs } = settings;
  let pauseMs = initialMs;
  let outcome = first;
  for (let attempt = 1; attempt < attempts && isPassing(change, outcome); attempt++) {
    const askedMs = change.target.retryAfterMs?.(outcome.error) ?? 0;
    if (askedMs > settings.maxMs) break;
    pauseMs = Math.max(growingPause(pauseMs, settings, runtime), askedMs);
    tell({ attempt, error: outcome.error, pauseMs });
    await sleep(runtime, pauseMs, signal);
    if (signal.aborted) break;
    outcome = await again(attempt + 1, outcome);
  }
  return outcome;
}

function isPassing(
  { target, retry }: ChangeDescriptor,
  outcome: ChangeOutcome,
): outcome is ChangeOutcome & { readonly status: 'failed' } {
  if (outcome.status !== 'failed' || outcome.state !== 'ROLLED_BACK' || retry === false) return false;
  // A target system that says nothing of its failures does not say that they pass.
  return !isFinal(outcome.error) && target.isTransient?.(outcome.error) === true;
}
