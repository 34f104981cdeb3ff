import type { ChangeReport } from '../reporting/execution-report.js';

/** What running a plan came to. */
export interface PlanResult {
  readonly changes: readonly ChangeReport[];
  readonly warnings: readonly string[];
  /** What the first failed change threw, if one failed. */
  readonly failure?: { readonly changeId: string; readonly error: unknown };
}
