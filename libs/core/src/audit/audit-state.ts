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
export type AuditOperation = 'EXECUTE' | 'UNDO' | 'FIX' | 'RECONCILE' | 'IMPORT';

/** True where the change's effect is in its target system and needs nobody. */
export function isApplied(state: AuditState): boolean {
  return state === 'EXECUTED' || state === 'MANUAL_MARKED_AS_EXECUTED';
}
