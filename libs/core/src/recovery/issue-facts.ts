import type { AuditEntry } from '../audit/audit-entry.js';
import { hasPartialEffect, readMetadata } from '../audit/entry-metadata.js';
import type { ChangeDescriptor } from '../change/change-descriptor.js';
import { isVerdict } from './verdict.js';

/** What guidance takes from today's code. */
export function changeFacts({ id, rollback, guidance }: ChangeDescriptor) {
  return { changeId: id, hasRollback: rollback !== undefined, hint: guidance, inCode: true };
}

/** What guidance takes from a change's last entry. */
export function entryFacts(entry: AuditEntry) {
  const { state, operation, txStrategy, targetSystem, className, error } = entry;
  const { verdict } = readMetadata(entry);
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
    verdict: isVerdict(verdict) ? verdict : undefined,
  };
}
