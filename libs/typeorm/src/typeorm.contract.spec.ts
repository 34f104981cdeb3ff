import {
  auditStoreContract,
  lockStoreContract,
  sharedTransactionContract,
  transactionalTargetContract,
  type AuditBackend,
  type SharedBackend,
} from '@nestjs-flamingock/testing';
import { Note } from './fixtures/note.entity.js';
import { auditStore, managerOf, targetSystem } from './fixtures/open.js';
import { SqliteFile } from './fixtures/sqlite-file.js';

async function openAudit(): Promise<AuditBackend> {
  const file = await SqliteFile.create();
  return {
    store: auditStore(await file.connect()),
    second: async () => auditStore(await file.connect()),
    close: () => file.remove(),
  };
}

async function openTarget(): Promise<SharedBackend> {
  const file = await SqliteFile.create();
  const dataSource = await file.connect();
  const reader = await file.connect();
  return {
    target: targetSystem(dataSource),
    second: async () => targetSystem(await file.connect()),
    write: async (handles, key, value) => {
      await managerOf(handles).save(Note, { key, value });
    },
    read: async (key) => (await reader.manager.findOneBy(Note, { key }))?.value,
    audit: auditStore(dataSource),
    secondAudit: async () => auditStore(await file.connect()),
    close: () => file.remove(),
  };
}

describe('TypeOrmAuditStore on SQLite', () => {
  for (const { title, run } of auditStoreContract(openAudit)) it(title, run);
});

describe('TypeOrmLockStore on SQLite', () => {
  for (const { title, run } of lockStoreContract(openAudit)) it(title, run);
});

describe('TypeOrmTargetSystem on SQLite', () => {
  for (const { title, run } of transactionalTargetContract(openTarget)) it(title, run);
});

describe('TypeOrmTargetSystem and TypeOrmAuditStore on one SQLite DataSource', () => {
  for (const { title, run } of sharedTransactionContract(openTarget)) it(title, run);
});
