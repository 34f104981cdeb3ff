import type { AuditEntry } from './audit-entry.js';
import { AUDIT_OPERATIONS, AUDIT_STATES } from './audit-state.js';
import { TX_STRATEGIES } from './tx-strategy.js';

/** What an entry says in a word that this version does not know, as a newer one may have written it: `state "X"`. */
export function unknownValue({ state, operation, txStrategy }: AuditEntry): string | undefined {
  if (!AUDIT_STATES.includes(state)) return `state "${state}"`;
  if (!AUDIT_OPERATIONS.includes(operation)) return `operation "${operation}"`;
  return TX_STRATEGIES.includes(txStrategy) ? undefined : `transaction strategy "${txStrategy}"`;
}
