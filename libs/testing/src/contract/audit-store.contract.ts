import { AUDIT_APPEND_CHECKS } from './audit-append.checks.js';
import { preparedContract, type AuditBackend } from './audit-backend.js';
import { AUDIT_ENTRY_CHECKS } from './audit-entry.checks.js';
import { AUDIT_HEAD_CHECKS } from './audit-head.checks.js';
import { AUDIT_PREPARE_CHECKS } from './audit-prepare.checks.js';
import { AUDIT_READ_CHECKS } from './audit-read.checks.js';
import { contract, type ContractCase } from './contract-case.js';

/** Every promise of `AuditStore` outside a target system's transaction. */
export function auditStoreContract(open: () => Promise<AuditBackend>): ContractCase[] {
  return [
    ...contract(open, AUDIT_PREPARE_CHECKS),
    ...preparedContract(open, {
      ...AUDIT_HEAD_CHECKS,
      ...AUDIT_APPEND_CHECKS,
      ...AUDIT_ENTRY_CHECKS,
      ...AUDIT_READ_CHECKS,
    }),
  ];
}
