// What the specs of the rooms take from the testing library, without FlamingockTest.
export { auditEntries, auditEntry } from '../../../../libs/testing/src/contract/audit-entry.builder.js';
export { holdOf } from '../../../../libs/testing/src/contract/lock-hold.builder.js';
export { CrashPoint } from '../../../../libs/testing/src/in-memory/crash-point.js';
export { InMemoryAuditStore } from '../../../../libs/testing/src/in-memory/in-memory-audit.store.js';
export { InMemoryDatabase } from '../../../../libs/testing/src/in-memory/in-memory-database.js';
export { InMemoryTable } from '../../../../libs/testing/src/in-memory/in-memory-table.js';
export { InMemoryTargetSystem } from '../../../../libs/testing/src/in-memory/in-memory-target-system.js';
export { ManualRuntime } from '../../../../libs/testing/src/runtime/manual-runtime.js';
