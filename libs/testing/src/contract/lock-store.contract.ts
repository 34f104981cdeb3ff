import type { ContractCase } from './contract-case.js';
import { preparedContract, type AuditBackend } from './audit-backend.js';
import { LOCK_CLAIM_CHECKS } from './lock-claim.checks.js';
import { LOCK_HOLD_CHECKS } from './lock-hold.checks.js';

/** Every promise of `LockStore`, for the lock of the audit store that `open` gives. */
export function lockStoreContract(open: () => Promise<AuditBackend>): ContractCase[] {
  return preparedContract(open, { ...LOCK_CLAIM_CHECKS, ...LOCK_HOLD_CHECKS });
}
