import type { PlannedChange, ExecutionPlan } from '../plan/execution-plan.js';
import { sleep } from '../runtime/sleep.js';
import type { Engine } from './engine.js';
import { UnapprovedChangesError } from './run.errors.js';

/** Milliseconds between two looks at the decisions, at least; up to twice as long. */
const PAUSE_MS = 2_000;

/** The changes of a plan that only wait for people to approve them, in order. */
export function unapprovedIn({ stages }: Pick<ExecutionPlan, 'stages'>): PlannedChange[] {
  return stages
    .flatMap(({ changes }) => changes)
    .filter(({ action, approval }) => action === 'WAIT' && approval !== undefined && !approval.isApproved);
}

/** @throws UnapprovedChangesError where a plan has a change that is not approved, and the settings do not leave it out. */
export function assertApprovals({ pipeline, settings }: Engine, plan: ExecutionPlan): void {
  const unapproved = settings.approvals.onUnapproved === 'skip' ? [] : unapprovedIn(plan);
  if (unapproved.length > 0) throw new UnapprovedChangesError(pipeline.service, unapproved);
}

/**
 * Waits until people have approved what a plan has, as long as the settings want that. No lock is held.
 *
 * @param read Plans anew.
 * @param tell Called with those that are not approved, whenever they have changed.
 * @throws UnapprovedChangesError after `lock.waitMs`; the reason of `signal` when it aborts.
 */
export async function awaitApprovals(
  { pipeline, runtime, settings }: Engine,
  read: () => Promise<Pick<ExecutionPlan, 'stages'>>,
  tell: (unapproved: readonly PlannedChange[]) => void,
  signal: AbortSignal,
): Promise<void> {
  const { waitMs } = settings.lock;
  const began = runtime.monotonicMs();
  let told = '';
  for (;;) {
    const unapproved = unapprovedIn(await read());
    if (unapproved.length === 0) return;
    const news = unapproved.map(({ change, reason }) => `${change.id} ${reason}`).join('\n');
    if (news !== told) tell(unapproved);
    told = news;
    const waitedMs = runtime.monotonicMs() - began;
    if (waitedMs >= waitMs) throw new UnapprovedChangesError(pipeline.service, unapproved, waitedMs);
    await sleep(runtime, Math.min(PAUSE_MS * (1 + runtime.random()), waitMs - waitedMs), signal);
    signal.throwIfAborted();
  }
}
