import type { AuditEntry } from '../audit/audit-entry.js';
import { hasPartialEffect, readMetadata } from '../audit/entry-metadata.js';
import type { RecordedSteps } from '../audit/step-records.js';
import type { ChangeDescriptor } from '../change/change-descriptor.js';
import type { IssueFacts } from './guidance.js';
import type { StepEntry } from './step-decision.js';
import { stepStates } from './step-states.js';
import { isVerdict } from './verdict.js';

/** What guidance takes from today's code. */
export function changeFacts({ id, rollback, guidance }: ChangeDescriptor) {
  return { changeId: id, hasRollback: rollback !== undefined, hint: guidance, inCode: true };
}

/** What guidance takes from the steps of a change from which the next run may go on. */
export function stepFacts(
  entry: StepEntry | undefined,
  steps: RecordedSteps | undefined,
  change: Pick<ChangeDescriptor, 'stepNames'> | undefined,
): Pick<IssueFacts, 'steps'> {
  return entry && steps ? { steps: stepStates(entry, steps, change?.stepNames?.()) } : {};
}

/** What guidance takes from a change's last entry. */
export function entryFacts(entry: AuditEntry) {
  const { state, operation, txStrategy, targetSystem, className, error } = entry;
  const { verdict, inFlight } = readMetadata(entry);
  const rollbackRan = state === 'ROLLBACK_FAILED' && (operation === 'UNDO' || txStrategy === 'NON_TX');
  return {
    state,
    operation,
    txStrategy,
    targetSystem,
    className,
    error,
    rollbackRan,
    hasPartialEffect: hasPartialEffect(entry),
    verdict: isVerdict(verdict) && inFlight === undefined ? verdict : undefined,
  };
}
