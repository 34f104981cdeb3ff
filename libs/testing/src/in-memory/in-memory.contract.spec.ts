import type { Handles } from '@nestjs-flamingock/core/adapter';
import type { AuditBackend } from '../contract/audit-backend.js';
import { auditStoreContract } from '../contract/audit-store.contract.js';
import { decisionLedgerContract } from '../contract/decision-ledger.contract.js';
import { lockStoreContract } from '../contract/lock-store.contract.js';
import { recordStoreContract } from '../contract/record-store.contract.js';
import type { PartialBackend } from '../contract/target-backend.js';
import type { GroupBackend } from '../contract/target-group.checks.js';
import {
  partialEffectContract,
  sharedTransactionContract,
  transactionGroupContract,
  transactionalTargetContract,
} from '../contract/transactional-target.contract.js';
import { ManualRuntime } from '../runtime/manual-runtime.js';
import { InMemoryAuditStore } from './in-memory-audit.store.js';
import { InMemoryDatabase } from './in-memory-database.js';
import { InMemoryTable } from './in-memory-table.js';
import { InMemoryTargetSystem } from './in-memory-target-system.js';

async function openAudit(): Promise<AuditBackend> {
  const runtime = new ManualRuntime();
  const database = new InMemoryDatabase({ now: runtime.wallMs });
  return {
    store: new InMemoryAuditStore(database),
    second: async () => new InMemoryAuditStore(database),
    elapse: (ms) => runtime.advance(ms),
    close: async () => {},
  };
}

async function openTarget(): Promise<GroupBackend> {
  const database = new InMemoryDatabase();
  const target = new InMemoryTargetSystem('inventory-db', database);
  return {
    target,
    second: async () => new InMemoryTargetSystem('inventory-db', database),
    write: (handles, key, value) => (handles.get(InMemoryTable) as InMemoryTable).set(key, value),
    read: async (key) => (await target.table.get(key)) as string | undefined,
    audit: new InMemoryAuditStore(database),
    secondAudit: async () => new InMemoryAuditStore(database),
    close: async () => {},
  };
}

async function openPartial(): Promise<PartialBackend> {
  const database = new InMemoryDatabase();
  const open = () => new InMemoryTargetSystem('inventory-db', database, { keepsPart: true });
  const tableOf = (handles: Handles) => handles.get(InMemoryTable) as InMemoryTable;
  const target = open();
  return {
    target,
    second: async () => open(),
    write: (handles, key, value) => tableOf(handles).set(key, value),
    writeInPart: async (handles, kept, lost) => {
      await tableOf(handles).set(kept, 'v');
      await tableOf(handles).failAtCommit(new TypeError('no room'));
      await tableOf(handles).set(lost, 'v');
    },
    read: async (key) => (await target.table.get(key)) as string | undefined,
    close: async () => {},
  };
}

describe('InMemoryAuditStore', () => {
  for (const { title, run } of auditStoreContract(openAudit)) it(title, run);
});

describe('InMemoryLockStore', () => {
  for (const { title, run } of lockStoreContract(openAudit)) it(title, run);
});

describe('InMemoryRecordStore', () => {
  for (const { title, run } of recordStoreContract(openAudit)) it(title, run);
});

describe('decisions in the InMemoryRecordStore', () => {
  for (const { title, run } of decisionLedgerContract(openAudit)) it(title, run);
});

describe('InMemoryTargetSystem', () => {
  for (const { title, run } of transactionalTargetContract(openTarget)) it(title, run);
});

describe('InMemoryTargetSystem that keeps part of a change', () => {
  for (const { title, run } of transactionalTargetContract(openPartial)) it(title, run);
  for (const { title, run } of partialEffectContract(openPartial)) it(title, run);
});

describe('InMemoryTargetSystem and InMemoryAuditStore on one database', () => {
  for (const { title, run } of sharedTransactionContract(openTarget)) it(title, run);
  for (const { title, run } of transactionGroupContract(openTarget)) it(title, run);
});
