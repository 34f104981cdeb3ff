import { momentOf } from '../audit/store-time.js';
import { readSnapshot } from '../audit/audit-snapshot.js';
import type { RunResources } from '../executor/change-caller.js';
import { assertTransactions } from '../executor/transaction-check.js';
import { changesToRun } from '../plan/execution-plan.js';
import type { ChangeReport } from '../reporting/execution-report.js';
import { sleep } from '../runtime/sleep.js';
import type { Engine } from './engine.js';
import { earliestOf, heldStages } from './held-stages.js';
import { makeReady } from './make-ready.js';
import { planNow, type PlanNow } from './plan-now.js';
import type { PlanRunner } from './plan-runner.js';

/** Who runs a plan, and with what. */
export interface PatientRun {
  readonly engine: Engine;
  readonly resources: RunResources;
  readonly runner: PlanRunner;
}

/**
 * Runs a plan, then the stages of it that had to wait, once their time has come, as long as that is within
 * `backOff.waitMs` altogether. The lock is held meanwhile, and no transaction.
 *
 * @throws as {@link PlanRunner.run} does; the reason of the run's signal where that aborts while it waits.
 */
export async function runPatiently(
  { engine, resources, runner }: PatientRun,
  { plan, circuits }: Pick<PlanNow, 'plan' | 'circuits'>,
): Promise<void> {
  const { pipeline, store, runtime, settings } = engine;
  const { journal, activity, signal } = resources;
  let { changes } = await runner.run(plan, circuits);
  let left = settings.backOff.waitMs;
  for (;;) {
    const notBefore = earliestOf(changes);
    if (notBefore === undefined || (settings.onIssue === 'fail' && changes.some(isIssue))) return;
    const ms = Math.max(0, notBefore - journal.now());
    if (ms > left) return;
    left -= ms;
    const what = `a change that is not to be executed before ${momentOf(notBefore)}`;
    await activity.watch(undefined, () => activity.during(what, () => sleep(runtime, ms, signal)));
    signal.throwIfAborted();
    const snapshot = await readSnapshot(store, pipeline.service);
    const later = await planNow(engine, snapshot, { mayHaveFailed: true, now: journal.now() });
    const held = heldStages(later.plan, changes);
    await makeReady(engine, changesToRun(held));
    await assertTransactions(changesToRun(held));
    ({ changes } = await runner.run(held, later.circuits));
  }
}

function isIssue({ result }: ChangeReport): boolean {
  return result === 'failed' || result === 'blocked';
}
