import type { Connection } from 'mongoose';
import { describeOn } from '../../../../test/support/services/describe-on.js';
import { MongoDatabase, notes } from '../fixtures/mongo-database.js';
import { targetSystem } from '../fixtures/open.js';

const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

await describeOn(['mongodb'], 'what MongoDB says of a failure', ({ mongodb }) => {
  let database: MongoDatabase;
  let connection: Connection;

  beforeEach(async () => {
    database = await MongoDatabase.create(mongodb);
    connection = await database.connect();
    await connection.db!.collection('notes').createIndex({ key: 1 }, { unique: true, name: 'one_key' }, {});
    await notes(connection).create({ key: 'ann@example.org', value: '' });
  });
  afterEach(() => database.remove());

  const diagnosed = async (work: Promise<unknown>) =>
    targetSystem(connection).diagnose(await failureOf(work));

  it.each<[string, () => Promise<unknown>]>([
    ['one document', () => notes(connection).create({ key: 'ann@example.org', value: 's3cret' })],
    ['many', () => notes(connection).insertMany([{ key: 'ann@example.org', value: 's3cret' }])],
  ])('has code, collection and index of a violated key for %s, and no value', async (_, write) => {
    const said = await diagnosed(write());
    expect(said).toMatchObject({ code: '11000', constraint: 'one_key', object: `${database.name}.notes` });
    expect(JSON.stringify(said)).not.toMatch(/ann@|s3cret/);
  });

  it('has the name of a code that has one', async () => {
    const said = await diagnosed(connection.db!.command({ nothing: 1 }));
    expect(said).toMatchObject({ code: '59', codeName: 'CommandNotFound' });
  });

  it('has the labels of one that may pass', async () => {
    const [one, other] = [await connection.startSession(), await connection.startSession()];
    one.startTransaction();
    other.startTransaction();
    await notes(connection).updateOne({}, { value: 'x' }, { session: one });
    const said = await diagnosed(notes(connection).updateOne({}, { value: 'y' }, { session: other }).exec());
    expect(said).toMatchObject({
      code: '112',
      codeName: 'WriteConflict',
      labels: expect.stringContaining('TransientTransactionError'),
    });
    for (const session of [one, other]) {
      await session.abortTransaction();
      await session.endSession();
    }
  });

  it('knows its version', async () => {
    expect(await targetSystem(connection).serverVersion()).toMatch(/^\d+\.\d+\.\d+/);
  });

  it('says nothing of an error of the application', () => {
    const said = targetSystem(connection).diagnose(new TypeError('no'));
    expect(Object.values(said).filter((fact) => fact !== undefined)).toEqual([]);
  });
});
