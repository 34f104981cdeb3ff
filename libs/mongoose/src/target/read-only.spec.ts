import type { Connection } from 'mongoose';
import { describeOn } from '../../../../test/support/services/describe-on.js';
import { keysOf, MongoDatabase, notes } from '../fixtures/mongo-database.js';
import { CHANGE, targetSystem } from '../fixtures/open.js';
import { CLIENT_SESSION } from '../inject-client-session.decorator.js';
import type { MongooseTargetSystem } from './mongoose.target-system.js';

await describeOn(['mongodb'], 'a change that may only read on MongoDB', ({ mongodb }) => {
  let database: MongoDatabase;
  let connection: Connection;
  let target: MongooseTargetSystem;

  beforeEach(async () => {
    database = await MongoDatabase.create(mongodb);
    connection = await database.connect();
    target = targetSystem(connection);
    await notes(connection).create({ key: 'a', value: '1' });
  });
  afterEach(async () => {
    await target.close();
    await database.remove();
  });

  const ask = (work: (session: never) => Promise<unknown>) =>
    target.run(
      { ...CHANGE, operation: 'RECONCILE', readOnly: true },
      async (handles) => {
        await work(handles.get(CLIENT_SESSION) as never);
      },
      () => undefined,
    );

  const writes: [string, (session: never) => Promise<unknown>][] = [
    ['create', () => notes(connection).create({ key: 'b', value: '1' })],
    ['insertMany', () => notes(connection).insertMany([{ key: 'b', value: '1' }])],
    ['updateOne', () => notes(connection).updateOne({ key: 'a' }, { value: '2' })],
    ['deleteOne with the session', (session) => notes(connection).deleteOne({ key: 'a' }, { session })],
    ['findOneAndUpdate', () => notes(connection).findOneAndUpdate({ key: 'a' }, { value: '2' })],
    ['createIndex', () => connection.collection('notes').createIndexes([{ key: { value: 1 } }])],
    ['drop', () => connection.collection('notes').drop()],
    ['createCollection', () => connection.db!.createCollection('others')],
    ['a command', () => connection.db!.command({ drop: 'notes' })],
  ];

  it.each(writes)('is refused %s', async (_, write) => {
    await expect(ask(write)).rejects.toMatchObject({ code: 'FLAMINGOCK_READ_ONLY_STATEMENT' });
    expect(await keysOf(connection)).toEqual(['a']);
    expect(await notes(connection).findOne({ key: 'a' })).toMatchObject({ value: '1' });
  });

  it('reads documents, indexes and collections', async () => {
    await ask(async (session) => {
      expect(await notes(connection).findOne({ key: 'a' }, undefined, { session })).toMatchObject({
        value: '1',
      });
      expect(await notes(connection).countDocuments()).toBe(1);
      expect(await notes(connection).distinct('key')).toEqual(['a']);
      expect(await notes(connection).aggregate([{ $count: 'all' }])).toEqual([{ all: 1 }]);
      for await (const note of notes(connection).find().batchSize(1)) expect(note.key).toBe('a');
      expect(await connection.collection('notes').indexExists('_id_')).toBe(true);
      expect(await connection.db!.listCollections({ name: 'notes' }).hasNext()).toBe(true);
    });
  });

  it('leaves those alone that are no part of it', async () => {
    let written: Promise<unknown> | undefined;
    const outside = new Promise<void>((resolve) => setImmediate(resolve)).then(
      () => (written = notes(connection).create({ key: 'b', value: '1' })),
    );
    await ask(() => outside);
    await written;
    expect(await keysOf(connection)).toEqual(['a', 'b']);
  });
});
