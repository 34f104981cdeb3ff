import {
  auditStoreContract,
  decisionLedgerContract,
  lockStoreContract,
  recordStoreContract,
  sharedTransactionContract,
  transactionalTargetContract,
  type AuditBackend,
  type SharedBackend,
} from '@nestjs-flamingock/testing';
import type { ClientSession } from 'mongoose';
import { describeOn } from '../../../test/support/services/describe-on.js';
import { MongoDatabase, notes } from './fixtures/mongo-database.js';
import { auditStore, targetSystem } from './fixtures/open.js';
import { CLIENT_SESSION } from './inject-client-session.decorator.js';

async function openAudit(url: string): Promise<AuditBackend> {
  const database = await MongoDatabase.create(url);
  return {
    store: auditStore(await database.connect()),
    second: async () => auditStore(await database.connect()),
    close: () => database.remove(),
  };
}

async function openTarget(url: string): Promise<SharedBackend> {
  const database = await MongoDatabase.create(url);
  const connection = await database.connect();
  const reader = await database.connect();
  return {
    target: targetSystem(connection),
    second: async () => targetSystem(await database.connect()),
    write: async (handles, key, value) => {
      const session = handles.get(CLIENT_SESSION) as ClientSession;
      await notes(connection).replaceOne({ key }, { key, value }, { upsert: true, session });
    },
    writeByService: async (key, value) => {
      await notes(connection).replaceOne({ key }, { key, value }, { upsert: true });
    },
    read: async (key) => (await notes(reader).findOne({ key }))?.value,
    audit: auditStore(connection),
    secondAudit: async () => auditStore(await database.connect()),
    close: () => database.remove(),
  };
}

for (const server of ['mongodb', 'mongodbstandalone'] as const) {
  await describeOn([server], `MongooseAuditStore on ${server}`, (urls) => {
    for (const { title, run } of auditStoreContract(() => openAudit(urls[server]))) it(title, run);
  });

  await describeOn([server], `MongooseLockStore on ${server}`, (urls) => {
    for (const { title, run } of lockStoreContract(() => openAudit(urls[server]))) it(title, run);
  });

  await describeOn([server], `MongooseRecordStore on ${server}`, (urls) => {
    for (const { title, run } of recordStoreContract(() => openAudit(urls[server]))) it(title, run);
  });

  await describeOn([server], `decisions in the MongooseRecordStore on ${server}`, (urls) => {
    for (const { title, run } of decisionLedgerContract(() => openAudit(urls[server]))) it(title, run);
  });
}

await describeOn(['mongodb'], 'MongooseTargetSystem', ({ mongodb }) => {
  for (const { title, run } of transactionalTargetContract(() => openTarget(mongodb))) it(title, run);
});

await describeOn(
  ['mongodb'],
  'MongooseTargetSystem and MongooseAuditStore on one connection',
  ({ mongodb }) => {
    for (const { title, run } of sharedTransactionContract(() => openTarget(mongodb))) it(title, run);
  },
);
