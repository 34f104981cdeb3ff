import { randomUUID } from 'node:crypto';
import { createConnection, type Connection } from 'mongoose';
import { auditEntries, holdOf } from '@nestjs-flamingock/testing';
import { describeOn } from '../../../../test/support/services/describe-on.js';
import { createCollectionCommands } from '../connection/create-collection-commands.js';
import { failNext } from '../fixtures/fail-point.js';
import { MongoDatabase } from '../fixtures/mongo-database.js';
import { auditStore, targetSystem } from '../fixtures/open.js';
import { MissingCollectionsError } from '../mongoose.errors.js';

const service = 'inventory';

await describeOn(['mongodb'], 'MongoDB stores', ({ mongodb }) => {
  const appName = randomUUID();
  let database: MongoDatabase;
  let connection: Connection;
  let other: Connection;

  beforeEach(async () => {
    database = await MongoDatabase.create(mongodb);
    connection = await database.connect({ appName });
    other = await database.connect();
  });
  afterEach(() => database.remove());

  const namesIn = async () => (await other.db!.listCollections().toArray()).map(({ name }) => name).sort();

  it('create their collections and indexes once, however many start together', async () => {
    const connections = await Promise.all(Array.from({ length: 8 }, () => database.connect()));
    await Promise.all(connections.map((each) => auditStore(each, { collectionPrefix: 'own_' }).prepare()));
    expect(await namesIn()).toEqual([
      'notes',
      'own_audit_entries',
      'own_audit_heads',
      'own_locks',
      'own_records',
    ]);
    const indexes = (await other.db!.collection('own_audit_entries').indexes()) as { name: string }[];
    expect(indexes.map(({ name }) => name).sort()).toEqual(['_id_', 'service_change_seq', 'service_seq']);
  });

  it('create an index that is missing from a collection that is there', async () => {
    await other.db!.createCollection('flamingock_audit_entries');
    await auditStore(connection).prepare();
    expect(await other.db!.collection('flamingock_audit_entries').indexes()).toHaveLength(3);
  });

  it('write nothing until they are prepared', async () => {
    const store = auditStore(connection);
    expect(await store.readHead(service)).toBeUndefined();
    expect(await store.readSnapshot(service)).toEqual([]);
    expect(await store.lock.read(service)).toBeUndefined();
    expect(await namesIn()).toEqual(['notes']);
  });

  it('name everything that is missing where they may create nothing, with the commands that do', async () => {
    const error = await auditStore(connection, { createCollections: false })
      .prepare()
      .catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(MissingCollectionsError);
    const { missing, commands, message } = error as MissingCollectionsError;
    expect(missing).toEqual([
      'flamingock_audit_entries',
      'flamingock_audit_entries.service_seq',
      'flamingock_audit_entries.service_change_seq',
      'flamingock_audit_heads',
      'flamingock_locks',
      'flamingock_records',
      'flamingock_records.service_kind_key',
    ]);
    expect(commands).toEqual(createCollectionCommands().auditStore);
    expect(message).toContain(
      'db.getCollection("flamingock_audit_entries").createIndex({"service":1,"seq":1}, {"name":"service_seq","unique":true})',
    );
    expect(await namesIn()).toEqual(['notes']);
  });

  it.each([['create'], ['createIndexes']])('say what the database user may not do: %s', async (command) => {
    await failNext(other, appName, { failCommands: [command], errorCode: 13 });
    const error = await auditStore(connection)
      .prepare()
      .catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(MissingCollectionsError);
    expect(String(error)).toContain('the database user may not create them');
    expect((error as MissingCollectionsError).missing).toContain('flamingock_audit_heads');
  });

  it.each(['', '1st_', 'a$b', 'system.', 'a b', 'x'.repeat(41)])(
    'refuse the prefix "%s"',
    (collectionPrefix) => {
      expect(() => auditStore(connection, { collectionPrefix })).toThrow(
        'cannot begin the name of a collection',
      );
      expect(() => targetSystem(connection, { collectionPrefix })).toThrow(
        'cannot begin the name of a collection',
      );
    },
  );

  it('say that a connection is not open', async () => {
    const closed = createConnection();
    await expect(auditStore(closed).readHead(service)).rejects.toMatchObject({
      name: 'ConnectionClosedError',
    });
  });

  describe('an append that broke off after it moved the head', () => {
    const entries = auditEntries(undefined, { service }, { service, changeId: 'b' });
    beforeEach(async () => {
      const store = auditStore(connection);
      await store.prepare();
      await store.claimHead(holdOf(1, service));
      await failNext(other, appName, { failCommands: ['insert'], errorCode: 50 });
      await expect(store.append({ hold: holdOf(1, service), entries })).rejects.toMatchObject({ code: 50 });
      expect(await other.db!.collection('flamingock_audit_entries').countDocuments()).toBe(0);
    });

    const history = async () => {
      const seen: unknown[] = [];
      for await (const entry of auditStore(other).readHistory(service)) seen.push(entry);
      return seen;
    };

    it('is part of the history for every reader', async () => {
      expect(await auditStore(other).readSnapshot(service)).toEqual(entries);
      expect(await history()).toEqual(entries);
      expect(await auditStore(other).readHead(service)).toMatchObject({ seq: 2, hash: entries.at(-1)?.hash });
    });

    it('is completed by whoever claims the head next', async () => {
      expect(await auditStore(other).claimHead(holdOf(2, service))).toMatchObject({ seq: 2 });
      expect(await other.db!.collection('flamingock_audit_entries').countDocuments()).toBe(2);
      expect(await history()).toEqual(entries);
      const head = await other.db!.collection('flamingock_audit_heads').findOne();
      expect(head).toMatchObject({ pending: [] });
    });

    it('is completed by the next append', async () => {
      const next = auditEntries(entries.at(-1), { service, changeId: 'c' });
      await auditStore(connection).append({ hold: holdOf(1, service), entries: next });
      expect(await history()).toEqual([...entries, ...next]);
      expect(await other.db!.collection('flamingock_audit_entries').countDocuments()).toBe(3);
    });
  });
});

await describeOn(['mongodbstandalone'], 'a standalone MongoDB server', ({ mongodbstandalone }) => {
  it('says why it runs no transactional changes, and what to do', async () => {
    const database = await MongoDatabase.create(mongodbstandalone);
    const why = await targetSystem(await database.connect()).checkTransactions();
    expect(why).toContain('Make it a replica set');
    expect(why).toContain('"transactional: false"');
    await database.remove();
  });
});

await describeOn(['mongodb'], 'a replica set', ({ mongodb }) => {
  it('runs transactional changes', async () => {
    const database = await MongoDatabase.create(mongodb);
    expect(await targetSystem(await database.connect()).checkTransactions()).toBeUndefined();
    await database.remove();
  });
});
