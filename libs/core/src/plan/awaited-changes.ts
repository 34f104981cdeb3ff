import type { AuditEntry } from '../audit/audit-entry.js';
import type { ExecutionPlan, PlannedChange } from './execution-plan.js';

/** What a process that applies nothing waits for. */
export interface AwaitedChanges {
  /** In the order in which they run; those of `issues` included. */
  readonly pending: readonly PlannedChange[];
  /** Those that no run goes past before somebody has settled them. */
  readonly issues: readonly PlannedChange[];
}

/**
 * What a run has still to apply before a process that waits may serve. A stage that a run would leave unfinished, as
 * `onIssue: 'skip'` allows, is waited for only as far as that run would go.
 *
 * @param isAtWork True for an entry whose writer may be about to go on from it: such a change is no issue.
 */
export function awaitedChanges(
  { stages }: Pick<ExecutionPlan, 'stages'>,
  onIssue: 'fail' | 'skip',
  isAtWork: (entry: AuditEntry) => boolean,
): AwaitedChanges {
  const isIssue = ({ action, entry }: PlannedChange): boolean =>
    action === 'MANUAL_INTERVENTION' && !(entry && isAtWork(entry));
  const reached = stages.flatMap(({ changes }) => {
    const stop = onIssue === 'skip' ? changes.findIndex(isIssue) : -1;
    return stop < 0 ? changes : changes.slice(0, stop);
  });
  const pending = reached.filter(({ action }) => action !== 'SKIP');
  return { pending, issues: pending.filter(isIssue) };
}
