import type { AuditEntry } from './audit-entry.js';
import type { AuditOperation, AuditState } from './audit-state.js';
import type { TxStrategy } from './tx-strategy.js';

const STATES: Readonly<Record<AuditState, true>> = {
  STARTED: true,
  EXECUTED: true,
  EXECUTION_FAILED: true,
  ROLLED_BACK: true,
  ROLLBACK_FAILED: true,
  MANUAL_MARKED_AS_EXECUTED: true,
  MANUAL_MARKED_AS_ROLLED_BACK: true,
};
const OPERATIONS: Readonly<Record<AuditOperation, true>> = {
  EXECUTE: true,
  UNDO: true,
  FIX: true,
  RECONCILE: true,
  IMPORT: true,
  FORGET: true,
};
const TX_STRATEGIES: Readonly<Record<TxStrategy, true>> = {
  NON_TX: true,
  TX_SHARED: true,
  TX_SEPARATE: true,
};

/** What an entry says in a word that this version does not know, as a newer one may have written it: `state "X"`. */
export function unknownValue({ state, operation, txStrategy }: AuditEntry): string | undefined {
  if (!Object.hasOwn(STATES, state)) return `state "${state}"`;
  if (!Object.hasOwn(OPERATIONS, operation)) return `operation "${operation}"`;
  return Object.hasOwn(TX_STRATEGIES, txStrategy) ? undefined : `transaction strategy "${txStrategy}"`;
}
