import { isApplied, isSettledState } from '../audit/audit-state.js';
import type { ChangeDescriptor } from '../change/change-descriptor.js';
import type { AlertFact } from './alert-facts.js';
import { factsOf } from './alert-facts.js';
import type { Standing } from './find-causes.js';
import type { StoredAlert } from './stored-alert.js';

/**
 * True where the cause of an alert is gone, as the audit store, or what this process has learned, proves. What only the
 * code of this process says does not count: an instance with older code knows neither the changes nor their edits.
 */
export function isOver(
  { kind, subject, about }: StoredAlert,
  standing: Standing,
  facts: readonly AlertFact[],
  changes: readonly ChangeDescriptor[],
): boolean {
  const { snapshot, issues, circuits, approvals, causes } = standing;
  const entry = snapshot.get(subject);
  const isLater = entry !== undefined && entry.seq > Number(about);
  switch (kind) {
    case 'issue':
      return isLater && (isSettledState(entry.state) || issues.some((issue) => issue.entry === entry));
    case 'run-failed':
      return entry ? isApplied(entry.state) : factsOf(facts, 'completed').length > 0;
    case 'take-over':
      return false;
    case 'history-tampered':
    case 'ledger-tampered':
      return factsOf(facts, 'verified').some(({ verification }) => verification.ok);
    case 'drift':
      return isLater || isIntact(subject, facts, changes);
    case 'circuit-open': {
      const circuit = circuits.get(subject);
      return circuit === undefined || circuit.opened === 0 || String(circuit.since) !== about;
    }
    case 'approval-wanted':
      return (
        (entry !== undefined && isApplied(entry.state)) ||
        (approvals ?? []).some((one) => one.changeId === subject && one.digest === about && one.isApproved)
      );
    case 'emergency-run':
      return (
        approvals !== undefined &&
        !causes.some((one) => one.kind === kind && one.subject === subject && one.about === about)
      );
  }
}

/** True where the change was asked, and says that it is there. */
function isIntact(
  changeId: string,
  facts: readonly AlertFact[],
  changes: readonly ChangeDescriptor[],
): boolean {
  const isAsked = changes.some(({ id, verification }) => id === changeId && verification !== undefined);
  return (
    isAsked &&
    factsOf(facts, 'drift').some(({ report }) => !report.drifted.some((one) => one.changeId === changeId))
  );
}
