export { auditEntries, auditEntry } from './contract/audit-entry.builder.js';
export type { AuditBackend } from './contract/audit-backend.js';
export { auditStoreContract } from './contract/audit-store.contract.js';
export type { ContractBackend, ContractCase } from './contract/contract-case.js';
export { holdOf } from './contract/lock-hold.builder.js';
export { decisionLedgerContract } from './contract/decision-ledger.contract.js';
export { lockStoreContract } from './contract/lock-store.contract.js';
export { recordStoreContract } from './contract/record-store.contract.js';
export type { GroupBackend } from './contract/target-group.checks.js';
export type { PartialBackend, SharedBackend, TargetBackend } from './contract/target-backend.js';
export {
  partialEffectContract,
  sharedTransactionContract,
  transactionalTargetContract,
  transactionGroupContract,
} from './contract/transactional-target.contract.js';

export { probed, type Probe } from './crash/probed.js';

export { InMemoryAuditStore } from './in-memory/in-memory-audit.store.js';
export {
  InMemoryDatabase,
  type InMemoryDatabaseOptions,
  type InMemoryFence,
  type InMemoryNetwork,
  type InMemorySession,
  type InMemoryStatement,
  type InMemoryTables,
} from './in-memory/in-memory-database.js';
export { inMemoryAuditStore, inMemoryTargetSystem } from './in-memory/in-memory.definitions.js';
export { CrashPoint, type CrashMessage } from './in-memory/crash-point.js';
export { InMemoryConflictError } from './in-memory/in-memory.errors.js';
export { InMemoryLockStore } from './in-memory/in-memory-lock.store.js';
export { InMemoryRecordStore } from './in-memory/in-memory-record.store.js';
export { InMemoryMarkerStore } from './in-memory/in-memory-marker.store.js';
export { InMemoryTable } from './in-memory/in-memory-table.js';
export {
  InMemoryTargetSystem,
  type InMemoryTargetSystemOptions,
} from './in-memory/in-memory-target-system.js';

export { ManualClock } from './runtime/manual-clock.js';
export { ManualRuntime, type ManualRuntimeOptions } from './runtime/manual-runtime.js';

export { HistoryInUseError } from './nest/flamingock-test.errors.js';
export { ForeignTransactionError, UnknownChangeError } from '@nestjs-flamingock/core';
export { FlamingockTest, type FlamingockTestOptions } from './nest/flamingock-test.js';
export type { GivenHistory } from './nest/given-history.js';
