import type { Reconciliation } from '../executor/reconciler.js';
import type { PlannedChange } from '../plan/execution-plan.js';
import type { ChangeReport } from '../reporting/execution-report.js';

/** What running a plan came to. */
export interface PlanResult {
  readonly changes: readonly ChangeReport[];
  readonly warnings: readonly string[];
  /** What the first failed change threw, if one failed. */
  readonly failure?: { readonly changeId: string; readonly error: unknown };
}

/** The next changes that were run, and how many after them have to be run one by one. */
export interface Step {
  readonly reports: readonly ChangeReport[];
  readonly apart: number;
}

/** A change that is to be executed, as the plan or its reconciliation says. */
export type ToExecute = PlannedChange & Pick<Reconciliation, 'call'>;
