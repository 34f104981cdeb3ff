import type { AuditStore } from '../audit/audit-store.js';
import { canShareCommit } from '../executor/group-executor.js';
import type { PlannedChange } from '../plan/execution-plan.js';

/** The first changes that may share a commit; not one whose entries say who has approved it. */
export function groupAt(planned: readonly PlannedChange[], store: AuditStore): readonly PlannedChange[] {
  const target = planned[0]?.change.target;
  const end = planned.findIndex(
    ({ action, change, approval }) =>
      action !== 'EXECUTE' ||
      approval !== undefined ||
      change.target !== target ||
      !canShareCommit(change, store),
  );
  return end < 0 ? planned : planned.slice(0, end);
}
