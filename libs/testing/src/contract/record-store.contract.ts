import type { ContractCase } from './contract-case.js';
import { preparedContract, type AuditBackend } from './audit-backend.js';
import { RECORD_FENCE_CHECKS } from './record-fence.checks.js';
import { RECORD_WRITE_CHECKS } from './record-write.checks.js';

/** Every promise of `RecordStore` outside a target system's transaction, for the records of the audit store that `open` gives. */
export function recordStoreContract(open: () => Promise<AuditBackend>): ContractCase[] {
  return preparedContract(open, { ...RECORD_WRITE_CHECKS, ...RECORD_FENCE_CHECKS });
}
