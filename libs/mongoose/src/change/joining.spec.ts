import { holdOf } from '@nestjs-flamingock/testing';
import type { ClientSession, Connection } from 'mongoose';
import { LockUnconfirmedError } from '@nestjs-flamingock/core';
import type { Handles, TransactionOutcome } from '@nestjs-flamingock/core/adapter';
import { describeOn } from '../../../../test/support/services/describe-on.js';
import { collectGarbage } from '../../../../test/support/collect-garbage.js';
import { keysOf, MongoDatabase, notes } from '../fixtures/mongo-database.js';
import { CHANGE, targetSystem } from '../fixtures/open.js';
import { CLIENT_SESSION } from '../inject-client-session.decorator.js';
import type { MongooseTargetSystem } from '../target/mongoose.target-system.js';

const note = (key: string) => ({ key, value: `value of ${key}` });

await describeOn(['mongodb'], 'inside a transactional change', ({ mongodb }) => {
  let database: MongoDatabase;
  let connection: Connection;
  let reader: Connection;
  let target: MongooseTargetSystem;

  beforeEach(async () => {
    database = await MongoDatabase.create(mongodb);
    connection = await database.connect();
    reader = await database.connect();
    target = targetSystem(connection);
    await target.markers.prepare();
  });
  afterEach(async () => {
    await target.close();
    await database.remove();
  });

  const change = (work: (handles: Handles) => Promise<void>): Promise<TransactionOutcome> =>
    target.transaction(CHANGE, work, { ...CHANGE, ...holdOf(1, CHANGE.service) });
  const sessionOf = (handles: Handles) => handles.get(CLIENT_SESSION) as ClientSession;

  const writes: [string, (on: Connection) => Promise<unknown>][] = [
    ['create', (on) => notes(on).create(note('a'))],
    ['save', (on) => new (notes(on))(note('a')).save()],
    ['insertMany', (on) => notes(on).insertMany([note('a'), note('b')])],
    ['bulkWrite', (on) => notes(on).bulkWrite([{ insertOne: { document: note('a') } }])],
    ['updateOne', (on) => notes(on).updateOne({ key: 'a' }, note('a'), { upsert: true })],
    ['findOneAndUpdate', (on) => notes(on).findOneAndUpdate({ key: 'a' }, note('a'), { upsert: true })],
    ['Promise.all', (on) => Promise.all(['a', 'b', 'c'].map((key) => notes(on).create(note(key))))],
    ['connection.db', (on) => on.db!.collection('notes').insertOne(note('a'))],
    ['connection.collection', (on) => on.collection('notes').insertMany([note('a'), note('b')])],
    ['useDb', (on) => on.useDb(on.name).collection('notes').insertOne(note('a'))],
    [
      'connection.transaction',
      (on) => on.transaction(async (session) => notes(on).create([note('a')], { session })),
    ],
    [
      'a session of its own',
      async (on) => {
        const session = await on.startSession();
        session.startTransaction();
        await notes(on).create([note('a')], { session });
        await session.commitTransaction();
        await session.endSession();
      },
    ],
  ];

  it.each(writes)('%s joins the transaction, and is taken back with it', async (_, write) => {
    const failure = new RangeError('after the write');
    const outcome = await change(async () => {
      await write(connection);
      expect(await keysOf(reader)).toEqual([]);
      throw failure;
    });
    expect(outcome).toEqual({ status: 'rolled-back', error: failure });
    expect(await keysOf(reader)).toEqual([]);
  });

  it.each(writes)('%s commits with the transaction', async (_, write) => {
    expect(
      await change(async () => {
        await write(connection);
      }),
    ).toEqual({ status: 'committed' });
    expect((await keysOf(reader)).at(0)).toBe('a');
  });

  const reads: [string, (on: Connection) => Promise<number>][] = [
    ['find', async (on) => (await notes(on).find()).length],
    ['countDocuments', (on) => notes(on).countDocuments()],
    ['distinct', async (on) => (await notes(on).distinct('key')).length],
    ['aggregate', async (on) => (await notes(on).aggregate([{ $match: {} }])).length],
    [
      'a cursor of several batches',
      async (on) => {
        let count = 0;
        for await (const one of notes(on).find().cursor({ batchSize: 2 })) count += one.key === '' ? 0 : 1;
        return count;
      },
    ],
    ['connection.db', async (on) => on.db!.collection('notes').countDocuments()],
  ];

  it.each(reads)('%s sees what the transaction has written, and only there', async (_, read) => {
    const keys = ['a', 'b', 'c', 'd', 'e'];
    const outcome = await change(async () => {
      await notes(connection).insertMany(keys.map(note));
      expect(await read(connection)).toBe(keys.length);
      expect(await read(reader)).toBe(0);
      // Nothing of it has ended the session for whoever comes next.
      await notes(connection).create(note('f'));
    });
    expect(outcome).toEqual({ status: 'committed' });
  });

  it('joins whatever write concern the connection has', async () => {
    const unsure = await database.connect({ writeConcern: { w: 1 }, readConcern: { level: 'local' } });
    const own = targetSystem(unsure);
    const outcome = await own.transaction(CHANGE, async () => {
      await notes(unsure).create(note('a'));
    });
    expect(outcome).toEqual({ status: 'committed' });
    await own.close();
  });

  it('leaves other connections, and what happens elsewhere meanwhile, alone', async () => {
    const failure = new RangeError();
    let isWritten = (): void => undefined;
    const written = new Promise<void>((resolve) => (isWritten = resolve));
    let leave = (): void => undefined;
    const left = new Promise<void>((resolve) => (leave = resolve));
    const running = change(async () => {
      await notes(reader).create(note('of another connection'));
      await notes(connection).create(note('of the change'));
      isWritten();
      await left;
      throw failure;
    });
    await written;
    await notes(connection).create(note('of the application'));
    leave();
    expect(await running).toEqual({ status: 'rolled-back', error: failure });
    expect(await keysOf(reader)).toEqual(['of another connection', 'of the application']);
  });

  it('is taken back where operations were begun and not awaited, once they have ended', async () => {
    const outcome = await change(async () => {
      void connection.db!.collection('notes').insertOne(note('a'));
      void connection.db!.collection('notes').insertMany([note('b'), note('c')]);
    });
    expect(outcome).toMatchObject({ status: 'rolled-back', error: { name: 'UnawaitedStatementsError' } });
    expect(await keysOf(reader)).toEqual([]);
  });

  it('refuses, by the name of the change, what comes after its end', async () => {
    const late: Promise<unknown>[] = [];
    let end = (): void => undefined;
    const ended = new Promise<void>((resolve) => (end = resolve));
    let kept: ClientSession | undefined;
    await change(async (handles) => {
      kept = sessionOf(handles);
      late.push(ended.then(() => notes(connection).create(note('late'))));
      late.push(ended.then(() => connection.db!.collection('notes').find().toArray()));
      late.push(ended.then(() => connection.transaction(async () => undefined)));
    });
    late.push(notes(connection).create([note('late')], { session: kept! }));
    end();
    for (const one of await Promise.allSettled(late)) {
      expect(one).toMatchObject({ reason: { name: 'ChangeEndedError', changeId: 'add-notes' } });
    }
    expect(await keysOf(reader)).toEqual([]);
  });

  it.each(['commitTransaction', 'abortTransaction'] as const)(
    'does not let the change call %s on its own session',
    async (method) => {
      const outcome = await change(async (handles) => sessionOf(handles)[method]());
      expect(outcome).toMatchObject({ status: 'rolled-back', error: { name: 'TransactionControlError' } });
    },
  );

  it('takes everything back with a transaction inside it that failed, even where its error is caught', async () => {
    const outcome = await change(async () => {
      await notes(connection).create(note('a'));
      const inner = connection.transaction(() => Promise.reject(new RangeError('inner')));
      await inner.catch(() => undefined);
    });
    expect(outcome).toMatchObject({ status: 'rolled-back', error: { name: 'NestedTransactionError' } });
    expect(await keysOf(reader)).toEqual([]);
  });

  it('takes everything back with a transaction inside it that was left open', async () => {
    const outcome = await change(async () => {
      (await connection.startSession()).startTransaction();
      await notes(connection).create(note('a'));
    });
    expect(outcome).toMatchObject({ status: 'rolled-back', error: { name: 'NestedTransactionError' } });
    expect(await keysOf(reader)).toEqual([]);
  });

  it('leaves nothing on the client once it is closed, and nothing of a change can come any more', async () => {
    const client = connection.getClient();
    expect(Object.hasOwn(client, 'startSession')).toBe(false);
    await change(async () => undefined);
    expect(Object.hasOwn(client, 'startSession')).toBe(true);
    await target.close();
    await collectGarbage(() => !Object.hasOwn(client, 'startSession'));
    expect(Object.hasOwn(client, 'startSession')).toBe(false);
  });
});

await describeOn(['mongodb'], 'inside a change without a transaction', ({ mongodb }) => {
  let database: MongoDatabase;
  let connection: Connection;
  let reader: Connection;
  let target: MongooseTargetSystem;
  let isLost: boolean;

  beforeEach(async () => {
    database = await MongoDatabase.create(mongodb);
    connection = await database.connect();
    reader = await database.connect();
    target = targetSystem(connection);
    isLost = false;
  });
  afterEach(async () => {
    await target.close();
    await database.remove();
  });

  const run = (work: (handles: Handles) => Promise<void>): Promise<void> =>
    target.run(CHANGE, work, () => {
      if (isLost) throw new RangeError('the lock is lost');
    });

  it.each<[string, (on: Connection) => Promise<unknown>]>([
    ['a write', (on) => notes(on).create(note('late'))],
    ['a bulk of writes', (on) => notes(on).bulkWrite([{ insertOne: { document: note('late') } }])],
    ['an index', (on) => notes(on).collection.createIndexes([{ key: { key: 1 } }])],
    ['the driver', (on) => on.db!.collection('notes').insertOne(note('late'))],
  ])('makes sure of the lock before %s', async (_, write) => {
    const running = run(async () => {
      await notes(connection).create(note('in time'));
      isLost = true;
      await write(connection);
    });
    await expect(running).rejects.toThrow('the lock is lost');
    expect(await keysOf(connection)).toEqual(['in time']);
  });

  it.each<[string, (handles: Handles) => Promise<unknown>]>([
    ['a write', () => notes(connection).create(note('a'))],
    ['the driver', () => connection.db!.collection('notes').insertOne(note('a'))],
    [
      'an operation of its session',
      (handles) =>
        notes(connection).create([note('a')], { session: handles.get(CLIENT_SESSION) as ClientSession }),
    ],
  ])('waits with %s until it is known whether the lock is held', async (_, write) => {
    let decide = (): void => undefined;
    const known = new Promise<void>((resolve) => (decide = resolve));
    let isKnown = true;
    const work = async (handles: Handles): Promise<void> => {
      isKnown = false;
      const written = write(handles);
      expect(await keysOf(reader)).toEqual([]);
      isKnown = true;
      decide();
      await written;
    };
    await target.run(CHANGE, work, () => {
      if (!isKnown) throw new LockUnconfirmedError('inventory', 1, 'it ran out', known);
    });
    expect(await keysOf(reader)).toEqual(['a']);
  });

  it('makes sure of the lock once for each batch of a cursor', async () => {
    await notes(connection).insertMany(Array.from({ length: 10 }, (_, index) => note(`n${index}`)));
    let checks = 0;
    let seen = 0;
    await target.run(
      CHANGE,
      async () => {
        for await (const one of notes(connection).find().cursor({ batchSize: 5 })) seen += one.key ? 1 : 0;
      },
      () => (checks += 1),
    );
    expect(seen).toBe(10);
    expect(checks).toBeGreaterThanOrEqual(2);
    expect(checks).toBeLessThan(8);
  });

  it('stops a cursor at its next batch once the lock is lost', async () => {
    await notes(connection).insertMany(Array.from({ length: 10 }, (_, index) => note(`n${index}`)));
    let seen = 0;
    const running = run(async () => {
      for await (const one of notes(connection).find().cursor({ batchSize: 3 })) {
        seen += one.key ? 1 : 0;
        isLost = true;
      }
    });
    await expect(running).rejects.toThrow('the lock is lost');
    expect(seen).toBe(3);
  });

  it('lets it run transactions of its own, and aborts one that it leaves open', async () => {
    await run(async (handles) => {
      const session = handles.get(CLIENT_SESSION) as ClientSession;
      await session.withTransaction(() => notes(connection).create([note('a')], { session }));
    });
    const leaving = run(async (handles) => {
      const session = handles.get(CLIENT_SESSION) as ClientSession;
      session.startTransaction();
      await notes(connection).create([note('b')], { session });
    });
    await expect(leaving).rejects.toMatchObject({ name: 'OpenTransactionError', changeId: 'add-notes' });
    expect(await keysOf(connection)).toEqual(['a']);
  });
});
