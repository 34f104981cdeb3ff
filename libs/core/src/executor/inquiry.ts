import { ChangeContext } from '../change/change-context.js';
import type { ChangeDescriptor } from '../change/change-descriptor.js';
import { ChangeEndedError } from '../lock/change-scope.errors.js';
import { createGuard } from '../lock/lock-guard.js';
import type { Verdict } from '../recovery/verdict.js';
import type { Runtime } from '../runtime/runtime.js';
import type { Handles } from '../target-system/target-system.js';
import { askVerdict } from './ask-verdict.js';
import { attempt } from './attempt.js';
import { noSteps } from './step-access.js';

/** What a change's `@Verify()` has said; `error`: why it does not know. */
export interface Inquiry {
  readonly verdict: Verdict;
  readonly error?: unknown;
}

/** In whose name changes are asked without the lock, and how long one has, in milliseconds. */
export interface Inquirer {
  readonly service: string;
  readonly executionId: string;
  readonly runtime: Runtime;
  readonly timeoutMs: number;
  /** What ends the asking. */
  readonly signal: AbortSignal;
}

/** No lock is held. */
const NO_TOKEN = 0;

/**
 * Asks a change's `@Verify()` without the lock. One that fails, or does not answer in time, does not know; nor does one
 * whose target system is away. Never rejects.
 */
export async function inquire(
  change: ChangeDescriptor,
  { service, executionId, runtime, timeoutMs, signal: outer }: Inquirer,
): Promise<Inquiry> {
  const { id: changeId, stage, target } = change;
  const run = {
    service,
    executionId,
    changeId,
    operation: 'RECONCILE',
    readOnly: true,
    signal: outer,
  } as const;
  let found: Inquiry = { verdict: 'unknown' };
  let hasEnded = false;
  const check = (): void => {
    if (hasEnded) throw new ChangeEndedError(changeId);
  };
  const guard = createGuard(check, (value) => target.checks?.(value) ?? false);
  const bounds = {
    changeId,
    timeoutMs: change.timeoutMs ?? timeoutMs,
    graceMs: () => 0,
    signal: outer,
  };
  /** Its time begins when it is called: that it waits for a connection is no fault of its own. */
  const ask = async (handles: Handles): Promise<void> => {
    const result = await attempt(runtime, bounds, async (signal) => {
      const step = noSteps(changeId, 'its @Verify()').within(signal);
      const context = new ChangeContext(
        service,
        executionId,
        stage,
        changeId,
        NO_TOKEN,
        signal,
        undefined,
        step,
      );
      found = { verdict: await askVerdict(change, { context, handles, guard }) };
    });
    if (result.status !== 'done') throw result.error;
  };
  if (outer.aborted) return { verdict: 'unknown', error: outer.reason };
  try {
    await target.run(run, ask, check);
    return found;
  } catch (error) {
    return { verdict: 'unknown', error };
  } finally {
    hasEnded = true;
  }
}
