import { millisecondsOf } from '../audit/store-time.js';
import type { ExecutionPlan } from '../plan/execution-plan.js';
import type { EngineSettings } from './engine-settings.js';
import type { ChangeReport } from '../reporting/execution-report.js';

/** The part of a plan that is about stages which had to wait. */
export function heldStages(
  { stages }: ExecutionPlan,
  reports: readonly ChangeReport[],
): Pick<ExecutionPlan, 'stages'> {
  const held = new Set(reports.filter(({ result }) => result === 'waiting').map(({ stage }) => stage));
  return { stages: stages.filter(({ name }) => held.has(name)) };
}

/** The earliest moment, of the store's time, at which one of these changes may be executed; `undefined`: none waits. */
export function earliestOf(reports: readonly ChangeReport[]): number | undefined {
  const moments = reports.flatMap(({ notBefore }) =>
    notBefore === undefined ? [] : [millisecondsOf(notBefore)],
  );
  return moments.length === 0 ? undefined : Math.min(...moments);
}

/** True where a plan has nothing to do but to wait, for longer than a run does: nobody has to take the lock for it. */
export function isTooEarly(
  plan: Pick<ExecutionPlan, 'stages'>,
  now: number,
  { backOff }: Pick<EngineSettings, 'backOff'>,
): boolean {
  const first = plan.stages.flatMap(({ changes }) => changes.find(({ action }) => action !== 'SKIP') ?? []);
  if (first.length === 0 || first.some(({ action }) => action !== 'WAIT')) return false;
  const earliest = Math.min(...first.map(({ notBefore = Infinity }) => notBefore));
  return earliest === Infinity || earliest - now > backOff.waitMs;
}
