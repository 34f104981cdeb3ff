import {
  auditStoreContract,
  decisionLedgerContract,
  lockStoreContract,
  recordStoreContract,
  sharedTransactionContract,
  transactionGroupContract,
  transactionalTargetContract,
  type AuditBackend,
  type GroupBackend,
} from '@nestjs-flamingock/testing';
import type { DataSourceOptions } from 'typeorm';
import { describeOnVersions, type OpenDatabase } from './fixtures/describe-engines.js';
import { Note } from './fixtures/note.entity.js';
import { auditStore, managerOf, targetSystem } from './fixtures/open.js';
import { SqliteFile } from './fixtures/sqlite-file.js';

async function openAudit(open: OpenDatabase): Promise<AuditBackend> {
  const database = await open();
  return {
    store: auditStore(await database.connect()),
    second: async () => auditStore(await database.connect()),
    close: () => database.remove(),
  };
}

async function openTarget(open: OpenDatabase): Promise<GroupBackend> {
  const database = await open();
  const dataSource = await database.connect();
  const reader = await database.connect();
  return {
    target: targetSystem(dataSource),
    second: async () => targetSystem(await database.connect()),
    write: async (handles, key, value) => {
      await managerOf(handles).save(Note, { key, value });
    },
    writeByService: async (key, value) => {
      await dataSource.getRepository(Note).save({ key, value });
    },
    read: async (key) => (await reader.manager.findOneBy(Note, { key }))?.value,
    audit: auditStore(dataSource),
    secondAudit: async () => auditStore(await database.connect()),
    close: () => database.remove(),
  };
}

/** As applications set the driver up whose columns have 64 bits. */
const prepareDatabase = (connection: { defaultSafeIntegers(on: boolean): unknown }): unknown =>
  connection.defaultSafeIntegers(true);

async function describeOnAll(title: string, suite: (open: OpenDatabase) => void): Promise<void> {
  await describeOnVersions(title, suite);
  describe(`${title} on SQLite that reads integers as BigInt`, () =>
    suite(() => SqliteFile.create({ prepareDatabase } as Partial<DataSourceOptions>)));
}

await describeOnAll('TypeOrmAuditStore', (open) => {
  for (const { title, run } of auditStoreContract(() => openAudit(open))) it(title, run);
});

await describeOnAll('TypeOrmLockStore', (open) => {
  for (const { title, run } of lockStoreContract(() => openAudit(open))) it(title, run);
});

await describeOnAll('TypeOrmRecordStore', (open) => {
  for (const { title, run } of recordStoreContract(() => openAudit(open))) it(title, run);
});

await describeOnAll('decisions in the TypeOrmRecordStore', (open) => {
  for (const { title, run } of decisionLedgerContract(() => openAudit(open))) it(title, run);
});

await describeOnAll('TypeOrmTargetSystem', (open) => {
  for (const { title, run } of transactionalTargetContract(() => openTarget(open))) it(title, run);
});

await describeOnAll('TypeOrmTargetSystem and TypeOrmAuditStore on one DataSource', (open) => {
  for (const { title, run } of sharedTransactionContract(() => openTarget(open))) it(title, run);
  describe('in a transaction of several changes', () => {
    for (const { title, run } of transactionGroupContract(() => openTarget(open))) it(title, run);
  });
});
