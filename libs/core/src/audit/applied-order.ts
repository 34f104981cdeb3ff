import type { AuditEntry } from './audit-entry.js';
import { isApplied } from './audit-state.js';
import { RENAME_ID } from './renaming.js';

/**
 * The changes that are applied, in the order in which they were, each with the entry's `seq`.
 * An undo that failed does not make a change a later one.
 */
export async function appliedOrder(history: AsyncIterable<AuditEntry>): Promise<Map<string, number>> {
  const applied = new Map<string, number>();
  for await (const { changeId, state, seq } of history) {
    if (changeId === RENAME_ID) continue;
    if (isApplied(state)) applied.set(changeId, applied.get(changeId) ?? seq);
    else if (state === 'ROLLED_BACK' || state === 'MANUAL_MARKED_AS_ROLLED_BACK') applied.delete(changeId);
  }
  return applied;
}
