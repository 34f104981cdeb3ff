/** What an audit entry says about its change. */
export type AuditState =
  | 'STARTED'
  | 'EXECUTED'
  | 'EXECUTION_FAILED'
  | 'ROLLED_BACK'
  | 'ROLLBACK_FAILED'
  | 'MANUAL_MARKED_AS_EXECUTED'
  | 'MANUAL_MARKED_AS_ROLLED_BACK';

/** What was being done when an audit entry was written. */
export type AuditOperation = 'EXECUTE' | 'UNDO' | 'FIX' | 'RECONCILE' | 'IMPORT' | 'FORGET';

/** True where the change's effect is in its target system and needs no operator. */
export function isApplied(state: AuditState): boolean {
  return state === 'EXECUTED' || state === 'MANUAL_MARKED_AS_EXECUTED';
}

/** True where it is certain what is in the target system: all of the change, or nothing. */
export function isSettledState(state: AuditState): boolean {
  return isApplied(state) || state === 'ROLLED_BACK' || state === 'MANUAL_MARKED_AS_ROLLED_BACK';
}
