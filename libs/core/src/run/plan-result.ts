import type { Reconciliation } from '../executor/reconciler.js';
import type { PlannedChange } from '../plan/execution-plan.js';
import type { ChangeReport, ChangeResult } from '../reporting/execution-report.js';

/** What running a plan came to. */
export interface PlanResult {
  readonly changes: readonly ChangeReport[];
  readonly warnings: readonly string[];
  /** What the first failed change threw, if one failed. */
  readonly failure?: { readonly changeId: string; readonly error: unknown };
}

/** What keeps the rest of a stage from being reached. */
const STOPS: readonly ChangeResult[] = ['failed', 'blocked', 'waiting'];
/** What a later pass over a stage does not take back by saying that the change is applied already. */
const DONE: readonly ChangeResult[] = ['executed', 'reconciled'];

/** The first of these that keeps the rest of its stage from being reached, and the event that tells so of the stage. */
export function stopperIn(reports: readonly ChangeReport[]) {
  const stopper = reports.find(({ result }) => STOPS.includes(result));
  return (
    stopper && { stopper, event: `stage.${stopper.result}` as `stage.${'failed' | 'blocked' | 'waiting'}` }
  );
}

/** The reports of a run that has gone over some stages again, because they had to wait. */
export function withFormer(
  before: readonly ChangeReport[],
  now: readonly ChangeReport[],
): readonly ChangeReport[] {
  if (before.length === 0) return now;
  const later = new Map(now.map((report) => [report.changeId, report]));
  return before.map((former) =>
    DONE.includes(former.result) ? former : (later.get(former.changeId) ?? former),
  );
}
/** The next changes that were run, and how many after them have to be run one by one. */
export interface Step {
  readonly reports: readonly ChangeReport[];
  readonly apart: number;
}

/** A change that is to be executed, as the plan or its reconciliation says. */
export type ToExecute = PlannedChange & Pick<Reconciliation, 'call'>;
