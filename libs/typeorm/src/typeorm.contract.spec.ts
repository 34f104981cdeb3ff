import {
  auditStoreContract,
  lockStoreContract,
  sharedTransactionContract,
  transactionalTargetContract,
  type AuditBackend,
  type SharedBackend,
} from '@nestjs-flamingock/testing';
import { describeOnEngines, type OpenDatabase } from './fixtures/describe-engines.js';
import { Note } from './fixtures/note.entity.js';
import { auditStore, managerOf, targetSystem } from './fixtures/open.js';

async function openAudit(open: OpenDatabase): Promise<AuditBackend> {
  const database = await open();
  return {
    store: auditStore(await database.connect()),
    second: async () => auditStore(await database.connect()),
    close: () => database.remove(),
  };
}

async function openTarget(open: OpenDatabase): Promise<SharedBackend> {
  const database = await open();
  const dataSource = await database.connect();
  const reader = await database.connect();
  return {
    target: targetSystem(dataSource),
    second: async () => targetSystem(await database.connect()),
    write: async (handles, key, value) => {
      await managerOf(handles).save(Note, { key, value });
    },
    read: async (key) => (await reader.manager.findOneBy(Note, { key }))?.value,
    audit: auditStore(dataSource),
    secondAudit: async () => auditStore(await database.connect()),
    close: () => database.remove(),
  };
}

await describeOnEngines('TypeOrmAuditStore', (open) => {
  for (const { title, run } of auditStoreContract(() => openAudit(open))) it(title, run);
});

await describeOnEngines('TypeOrmLockStore', (open) => {
  for (const { title, run } of lockStoreContract(() => openAudit(open))) it(title, run);
});

await describeOnEngines('TypeOrmTargetSystem', (open) => {
  for (const { title, run } of transactionalTargetContract(() => openTarget(open))) it(title, run);
});

await describeOnEngines('TypeOrmTargetSystem and TypeOrmAuditStore on one DataSource', (open) => {
  for (const { title, run } of sharedTransactionContract(() => openTarget(open))) it(title, run);
});
