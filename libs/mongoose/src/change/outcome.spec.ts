import { holdOf } from '@nestjs-flamingock/testing';
import { randomUUID } from 'node:crypto';
import { jest } from '@jest/globals';
import type { ClientSession, Connection } from 'mongoose';
import type { Handles, TransactionOutcome } from '@nestjs-flamingock/core/adapter';
import { describeOn } from '../../../../test/support/services/describe-on.js';
import { failNext } from '../fixtures/fail-point.js';
import { keysOf, MongoDatabase, notes } from '../fixtures/mongo-database.js';
import { auditStore, CHANGE, targetSystem } from '../fixtures/open.js';
import { CLIENT_SESSION } from '../inject-client-session.decorator.js';
import type { MongooseTargetSystem } from '../target/mongoose.target-system.js';

jest.setTimeout(120_000);

await describeOn(['mongodb'], 'the end of a transactional change', ({ mongodb }) => {
  const appName = randomUUID();
  let database: MongoDatabase;
  let connection: Connection;
  let other: Connection;
  let target: MongooseTargetSystem;

  beforeEach(async () => {
    database = await MongoDatabase.create(mongodb);
    other = await database.connect();
    connection = await database.connect({ appName, serverSelectionTimeoutMS: 2_000 });
    target = targetSystem(connection);
    await target.markers.prepare();
  });
  afterEach(() => database.remove());

  const change = (work: () => Promise<void>): Promise<TransactionOutcome> =>
    target.transaction(CHANGE, work, { ...CHANGE, ...holdOf(1, CHANGE.service) });
  /** Ids of sessions as the application gets them on the connection of the change. */
  const otherSessions = async (): Promise<string[]> => {
    const sessions = await Promise.all([1, 2, 3].map(() => connection.startSession()));
    const ids = sessions.map(({ id }) => String(id?.id));
    await Promise.all(sessions.map((session) => session.endSession()));
    return ids;
  };
  const write = async (key: string): Promise<void> => {
    await notes(connection).create({ key, value: 'v' });
  };

  it.each([
    ['cuts the connection', { closeConnection: true }],
    ['says that it does not know', { errorCode: 50, errorLabels: ['UnknownTransactionCommitResult'] }],
    [
      'could not replicate it yet',
      { writeConcernError: { code: 64, errmsg: 'waiting for replication timed out' } },
    ],
  ])('is committed, and once, where the server %s at first', async (_, failure) => {
    let calls = 0;
    const outcome = await change(async () => {
      calls += 1;
      await write('a');
      await failNext(other, appName, { failCommands: ['commitTransaction'], ...failure });
    });
    expect(outcome).toEqual({ status: 'committed' });
    expect(calls).toBe(1);
    expect(await keysOf(other)).toEqual(['a']);
  });

  it('is not guessed where one commit got no answer and the next one is refused', async () => {
    const outcome = await target.transaction(CHANGE, async (handles) => {
      await write('a');
      await failNext(other, appName, {
        failCommands: ['commitTransaction'],
        errorCode: 50,
        errorLabels: ['UnknownTransactionCommitResult'],
      });
      const { id } = (handles.get(CLIENT_SESSION) as ClientSession).id!;
      await other.db!.admin().command({ killSessions: [{ id }] });
    });
    expect(outcome).toMatchObject({ status: 'unknown', error: { code: 50 } });
    expect(await keysOf(other)).toEqual([]);
  });

  it('is a rollback that says what to do where somebody else writes its documents meanwhile', async () => {
    await notes(other).create([{ key: 'a', value: 'v' }]);
    const outcome = await change(async () => {
      await keysOf(connection);
      await notes(other).updateOne({ key: 'a' }, { value: 'theirs' });
      await notes(connection).updateOne({ key: 'a' }, { value: 'ours' });
    });
    expect(outcome).toMatchObject({ status: 'rolled-back', error: { name: 'ConflictingWriteError' } });
    expect((outcome as { error: Error }).error.message).toMatch(/Start again.*transactional: false/);
    expect(await notes(other).findOne()).toMatchObject({ value: 'theirs' });
  });

  it('is a rollback where the server refuses the commit', async () => {
    const outcome = await change(async () => {
      await write('a');
      await failNext(other, appName, { failCommands: ['commitTransaction'], errorCode: 112 });
    });
    expect(outcome).toMatchObject({ status: 'rolled-back', error: { cause: { code: 112 } } });
    expect(await keysOf(other)).toEqual([]);
  });

  it('is a rollback that says why where an error was caught that had ended the transaction', async () => {
    const outcome = await change(async () => {
      await write('a');
      const raw = connection.db!.collection<{ _id: number }>('notes');
      await raw.insertOne({ _id: 1 });
      await raw.insertOne({ _id: 1 }).catch(() => undefined);
    });
    expect(outcome).toMatchObject({
      status: 'rolled-back',
      error: { name: 'TransactionLostError', changeId: 'add-notes' },
    });
    expect(await keysOf(other)).toEqual([]);
  });

  it.each([
    ['it has committed, and the next holder has claimed the history', 'committed'],
    ['its outcome is not known', 'unknown'],
  ])('leaves its session, which a later holder may kill, to nobody else where %s', async (_, status) => {
    let session = '';
    const work = async (handles: Handles): Promise<void> => {
      const id = (handles.get(CLIENT_SESSION) as ClientSession).id!.id;
      session = String(id);
      if (status === 'committed') return;
      await failNext(other, appName, {
        failCommands: ['commitTransaction'],
        errorCode: 50,
        errorLabels: ['UnknownTransactionCommitResult'],
      });
      await other.db!.admin().command({ killSessions: [{ id }] });
    };
    const audit = auditStore(connection);
    await audit.prepare();
    await audit.claimHead(holdOf(1, CHANGE.service));
    expect(await target.transaction(CHANGE, work)).toMatchObject({ status });
    if (status === 'committed') await audit.claimHead(holdOf(2, CHANGE.service));
    expect(session).not.toBe('');
    expect(await otherSessions()).not.toContain(session);
  });

  it('goes on with the next change after one that was rolled back', async () => {
    await change(() => Promise.reject(new RangeError()));
    expect(await change(() => write('b'))).toEqual({ status: 'committed' });
    expect(await keysOf(other)).toEqual(['b']);
  });

  it('meets another transaction at its first operation without calling the change twice', async () => {
    await target.markers.read(holdOf(1, CHANGE.service), CHANGE.changeId);
    await failNext(other, appName, {
      failCommands: ['update'],
      errorCode: 112,
      errorLabels: ['TransientTransactionError'],
    });
    let calls = 0;
    const outcome = await change(async () => {
      calls += 1;
      await write('a');
    });
    expect([outcome.status, calls]).toEqual(['committed', 1]);
  });

  it.each<[string, (on: Connection) => Promise<unknown>]>([
    ['drop', (on) => notes(on).collection.drop()],
    ['renameCollection', (on) => on.db!.collection('notes').rename('others')],
    ['dropDatabase', (on) => on.dropDatabase()],
    ['collMod', (on) => on.db!.command({ collMod: 'notes', validator: {} })],
    ['$out', (on) => notes(on).aggregate([{ $out: 'others' }])],
    ['listIndexes', (on) => notes(on).collection.indexes()],
  ])('takes everything back because of %s, and says what to declare', async (_, operation) => {
    const outcome = await change(async () => {
      await write('a');
      await operation(connection);
    });
    expect(outcome).toMatchObject({
      status: 'rolled-back',
      error: { name: 'NonTransactionalOperationError', changeId: 'add-notes' },
    });
    expect(String((outcome as { error: Error }).error)).toContain('"transactional: false"');
    expect(await keysOf(other)).toEqual([]);
  });
});
