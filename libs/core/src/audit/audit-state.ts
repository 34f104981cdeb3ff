/** Every {@link AuditState}. */
export const AUDIT_STATES = [
  'STARTED',
  'EXECUTED',
  'EXECUTION_FAILED',
  'ROLLED_BACK',
  'ROLLBACK_FAILED',
  'MANUAL_MARKED_AS_EXECUTED',
  'MANUAL_MARKED_AS_ROLLED_BACK',
] as const;

/** What an audit entry says about its change. */
export type AuditState = (typeof AUDIT_STATES)[number];

/** Every {@link AuditOperation}. */
export const AUDIT_OPERATIONS = ['EXECUTE', 'UNDO', 'FIX', 'RECONCILE', 'IMPORT', 'FORGET'] as const;

/** What was being done when an audit entry was written. */
export type AuditOperation = (typeof AUDIT_OPERATIONS)[number];

/** True where the change's effect is in its target system and needs no operator. */
export function isApplied(state: AuditState): boolean {
  return state === 'EXECUTED' || state === 'MANUAL_MARKED_AS_EXECUTED';
}

/** True where it is certain what is in the target system: all of the change, or nothing. */
export function isSettledState(state: AuditState): boolean {
  return isApplied(state) || state === 'ROLLED_BACK' || state === 'MANUAL_MARKED_AS_ROLLED_BACK';
}
