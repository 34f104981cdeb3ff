import type { Connection, mongo } from 'mongoose';
import { describeOn } from '../../../../test/support/services/describe-on.js';
import { MongoDatabase } from '../fixtures/mongo-database.js';
import { targetSystem } from '../fixtures/open.js';

await describeOn(['mongodb'], 'histories of other tools in MongoDB', ({ mongodb }) => {
  let database: MongoDatabase;
  let connection: Connection;

  beforeEach(async () => {
    database = await MongoDatabase.create(mongodb);
    connection = await database.connect();
  });
  afterEach(() => database.remove());

  const read = (tool: string, more: object = {}) => targetSystem(connection).foreign.read({ tool, ...more });
  const insert = async (collection: string, ...documents: mongo.BSON.Document[]): Promise<void> => {
    await connection.collection(collection).insertMany(documents);
  };
  const on = (day: number): Date => new Date(Date.UTC(2024, 0, day));

  it('are those of migrate-mongo in the order in which they were applied', async () => {
    await insert(
      'changelog',
      { fileName: 'b.js', appliedAt: on(2), migrationBlock: 2 },
      { fileName: 'a.js', appliedAt: on(1), fileHash: 'f00d', migrationBlock: 1 },
    );
    expect(await read('migrate-mongo')).toEqual({
      place: `collection "changelog" of database "${database.name}"`,
      migrations: [
        { name: 'a.js', appliedAt: '2024-01-01T00:00:00.000Z', checksum: 'f00d' },
        { name: 'b.js', appliedAt: '2024-01-02T00:00:00.000Z' },
      ],
      faults: [],
    });
  });

  it('are of Mongock the last state of each change of the application', async () => {
    const change = (changeId: string, state: string, day: number, more: object = {}) => ({
      executionId: 'x',
      changeId,
      author: 'ann',
      timestamp: on(day),
      state,
      type: 'EXECUTION',
      systemChange: false,
      ...more,
    });
    await insert(
      'mongockChangeLog',
      change('system-change-00001', 'EXECUTED', 1, { systemChange: true }),
      change('a_before', 'EXECUTED', 2, { type: 'BEFORE_EXECUTION' }),
      change('a', 'FAILED', 2),
      change('a', 'EXECUTED', 3),
      change('a', 'IGNORED', 4),
    );
    expect(await read('mongock')).toMatchObject({
      migrations: [{ name: 'a', appliedAt: '2024-01-03T00:00:00.000Z' }],
      faults: [],
    });
    await insert('mongockLock', { key: 'DEFAULT_KEY', status: 'LOCK_HELD', owner: 'x', expiresAt: on(5) });
    await insert('mongockChangeLog', change('b', 'FAILED', 5), change('a', 'ROLLED_BACK', 5));
    expect((await read('mongock')).faults).toEqual([
      expect.stringMatching(/^Its lock is held, in collection "mongockLock"/),
      expect.stringMatching(/^"a" is in state ROLLED_BACK/),
      expect.stringMatching(/^"b" is in state FAILED/),
    ]);
  });

  it('have every fault told at once', async () => {
    expect((await read('migrate-mongo')).faults).toEqual([expect.stringMatching(/^It is not there/)]);
    expect((await read('mongock', { schema: 'public' })).faults).toEqual([
      expect.stringMatching(/^MongoDB has no schemas/),
    ]);
    await insert('renamed', { fileName: 'a.js', appliedAt: on(1) }, { appliedAt: on(2) });
    await insert('changelog_lock', { createdAt: on(3) });
    const { migrations, faults } = await read('migrate-mongo', { table: 'renamed' });
    expect(migrations[0]).toMatchObject({ name: 'a.js' });
    expect(faults).toEqual([
      expect.stringMatching(/^Its lock is held, in collection "changelog_lock"/),
      'A document has no fileName, so that only part of it can be read.',
    ]);
  });
});
