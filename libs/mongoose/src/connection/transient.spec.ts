import { createConnection, type Connection } from 'mongoose';
import { describeOn } from '../../../../test/support/services/describe-on.js';
import { freePort } from '../../../../test/support/services/free-port.mjs';
import { MongoDatabase, notes } from '../fixtures/mongo-database.js';
import { auditStore, targetSystem } from '../fixtures/open.js';
import { BrokenBatchError, ConflictingWriteError } from '../mongoose.errors.js';

const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

await describeOn(['mongodb'], 'a failure of MongoDB', ({ mongodb }) => {
  let database: MongoDatabase;
  let connection: Connection;

  beforeEach(async () => {
    database = await MongoDatabase.create(mongodb);
    connection = await database.connect();
  });

  afterEach(() => database.remove());

  /** What store and target system say, who are of one mind. */
  function isTransient(error: unknown): boolean {
    const answer = auditStore(connection).isTransient(error);
    expect(targetSystem(connection).isTransient(error)).toBe(answer);
    return answer;
  }

  it('passes where two transactions write one document', async () => {
    await notes(connection).create({ key: 'a', value: '' });
    const [one, other] = [await connection.startSession(), await connection.startSession()];
    one.startTransaction();
    other.startTransaction();
    await notes(connection).updateOne({ key: 'a' }, { value: 'x' }, { session: one });
    const error = await failureOf(
      notes(connection).updateOne({ key: 'a' }, { value: 'y' }, { session: other }).exec(),
    );
    expect(error).toBeDefined();
    expect(isTransient(error)).toBe(true);
    expect(isTransient(new ConflictingWriteError('c', error))).toBe(true);
    for (const session of [one, other]) {
      await session.abortTransaction();
      await session.endSession();
    }
  });

  it('passes where the connection is refused', async () => {
    const url = `mongodb://127.0.0.1:${await freePort()}/?serverSelectionTimeoutMS=200`;
    const nobody = createConnection(url);
    const error = await failureOf(nobody.asPromise());
    expect(error).toBeDefined();
    expect(isTransient(error)).toBe(true);
    await nobody.close();
  });

  it.each([
    ['a command that there is not', (db: Connection) => db.db!.command({ nothing: 1 })],
    [
      'a document that is there already',
      (db: Connection) => db.db!.collection<{ _id: number }>('n').insertMany([{ _id: 1 }, { _id: 1 }]),
    ],
    ['an error of the application', () => Promise.reject(new TypeError('no such property'))],
    ['an error of this library that does not say so', () => Promise.reject(new BrokenBatchError('shop'))],
  ])('does not pass where it is %s', async (_, work) => {
    const error = await failureOf(work(connection));
    expect(error).toBeDefined();
    expect(isTransient(error)).toBe(false);
  });
});
