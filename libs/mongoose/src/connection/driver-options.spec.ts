import mongoose, { type ConnectOptions, type Connection, type MongooseOptions } from 'mongoose';
import { describeOn } from '../../../../test/support/services/describe-on.js';
import { fullRuns, takeOver, type Driven } from '../../../../test/support/full-runs.js';
import { keysOf, MongoDatabase, notes } from '../fixtures/mongo-database.js';
import { auditStore, CHANGE, targetSystem } from '../fixtures/open.js';
import { TransactionSettingError } from '../mongoose.errors.js';

type Sound = Pick<mongoose.mongo.Collection, 'readPreference' | 'writeConcern'>;

const mayGoOn = (): void => undefined;

let database: MongoDatabase;

function driven(connection: Connection): Driven {
  return {
    audit: auditStore(connection),
    target: targetSystem(connection),
    write: async (_handles, key) => {
      await notes(connection).create({ key, value: 'v' });
    },
  };
}

async function startWith(options: ConnectOptions): Promise<void> {
  const [one, other] = [await database.connect(options), await database.connect(options)];
  await fullRuns(driven(one), driven(other));
  // It finds what is there, whatever its settings.
  await auditStore(one, { createCollections: false }).prepare();
  await takeOver(driven(one), driven(other));
}

await describeOn(['mongodb'], 'on MongoDB', ({ mongodb }) => {
  beforeEach(async () => {
    database = await MongoDatabase.create(mongodb);
  });
  afterEach(() => database.remove());

  describe('every start reads what it wrote', () => {
    const options: Record<string, ConnectOptions> = {
      'nothing else': {},
      useBigInt64: { useBigInt64: true },
      'promoteLongs: false': { promoteLongs: false },
      'promoteValues: false': { promoteValues: false },
      promoteBuffers: { promoteBuffers: true },
      bsonRegExp: { bsonRegExp: true },
      raw: { raw: true },
      'what concerns writing only': {
        ignoreUndefined: true,
        serializeFunctions: true,
        enableUtf8Validation: false,
        forceServerObjectId: true,
      },
      'a read preference': { readPreference: 'secondaryPreferred', maxStalenessSeconds: 120 },
      'a read concern': { readConcernLevel: 'local' },
      'a weak write concern': { writeConcern: { w: 1, journal: false } },
      'no acknowledgement': { writeConcern: { w: 0 } },
      'what concerns deadlines': { socketTimeoutMS: 20_000, waitQueueTimeoutMS: 20_000 },
      'no retries': { retryWrites: false, retryReads: false },
      'two connections': { maxPoolSize: 2 },
      'what concerns models only': { autoCreate: true, autoIndex: true, bufferCommands: false },
    };
    it.each(Object.keys(options))('with %s', (name) => startWith(options[name]!));

    it.each([true, false, 'throw'] as const)(
      'with strictQuery %s and strict filters',
      async (strictQuery) => {
        const before = {
          strictQuery: mongoose.get('strictQuery'),
          sanitizeFilter: mongoose.get('sanitizeFilter'),
        };
        mongoose.set({ strictQuery, sanitizeFilter: true });
        try {
          await startWith({});
        } finally {
          mongoose.set(before as MongooseOptions);
        }
      },
    );

    it('with a global plugin', async () => {
      const { plugins } = mongoose as unknown as { plugins: unknown[] };
      mongoose.plugin((schema) => {
        schema.add({ tenant: { type: String, default: 'mine' } });
        schema.pre(['find', 'findOne', 'updateOne', 'findOneAndUpdate'], function () {
          void this.where({ tenant: 'mine' });
        });
      });
      try {
        await startWith({});
      } finally {
        plugins.pop();
      }
    });
  });

  it.each(['transaction', 'run'] as const)(
    'a change (%s) reads from the primary whatever the connection prefers',
    async (how) => {
      const connection = await database.connect({ readPreference: 'secondaryPreferred' });
      const raw = () => connection.db!.collection<{ key: string }>('notes');
      const target = targetSystem(connection);
      let seen: unknown[] = [];
      const work = async (): Promise<void> => {
        await notes(connection).create({ key: 'mine', value: 'v' });
        const found = await raw().find().toArray();
        const [grouped] = await notes(connection).aggregate<{ _id: string }>([{ $group: { _id: '$key' } }]);
        seen = [
          await keysOf(connection),
          await notes(connection).distinct('key'),
          found.map(({ key }) => key),
        ];
        seen.push([grouped?._id], [raw().readPreference?.mode]);
      };
      if (how === 'run') await target.run(CHANGE, work, () => undefined);
      else expect(await target.transaction(CHANGE, work)).toEqual({ status: 'committed' });
      expect(seen).toEqual([['mine'], ['mine'], ['mine'], ['mine'], ['primary']]);
      // What comes after it is the application's own.
      expect(raw().readPreference?.mode).toBe('secondaryPreferred');
      await target.close();
      expect(raw().readPreference?.mode).toBe('secondaryPreferred');
    },
  );

  it.each(['before it', 'inside it'] as const)(
    'a change reads and writes by models that were made %s, which keep what they have of the connection',
    async (when) => {
      const settings = { readPreference: 'secondaryPreferred', writeConcern: { w: 0 } } as const;
      const connection = await database.connect(settings);
      const native = () => (notes(connection).collection as unknown as { collection: Sound }).collection;
      const settingsOf = ({ readPreference, writeConcern }: Sound) => [readPreference?.mode, writeConcern?.w];
      if (when === 'before it') expect(await keysOf(connection)).toEqual([]);
      const target = targetSystem(connection);
      const work = async (): Promise<void> => {
        await notes(connection).create([{ key: 'mine', value: 'v' }]);
        expect(await keysOf(connection)).toContain('mine');
        expect(await notes(connection).updateMany({}, { value: 'w' })).toMatchObject({ acknowledged: true });
        expect(settingsOf(native())).toEqual(['primary', 'majority']);
      };
      expect(await target.transaction(CHANGE, work)).toEqual({ status: 'committed' });
      await target.run(CHANGE, work, mayGoOn);
      expect(settingsOf(native())).toEqual(['secondaryPreferred', 0]);
      await target.close();
      expect(settingsOf(native())).toEqual(['secondaryPreferred', 0]);
    },
  );

  describe('a transactional change runs with a connection string of', () => {
    const strings: Record<string, ConnectOptions> = {
      'readPreference=secondaryPreferred': { readPreference: 'secondaryPreferred' },
      'readPreference=nearest': { readPreference: 'nearest' },
      'w=0': { writeConcern: { w: 0 } },
      'w=1&journal=false': { writeConcern: { w: 1, journal: false } },
      'readConcernLevel=linearizable': { readConcernLevel: 'linearizable' },
      'retryWrites=false': { retryWrites: false },
    };
    it.each(Object.keys(strings))('%s, in every database of its client', async (name) => {
      const connection = await database.connect(strings[name]);
      const related = connection.useDb(database.name);
      const target = targetSystem(connection);
      const outcome = await target.transaction(CHANGE, async () => {
        await notes(connection).create([{ key: 'a', value: '1' }]);
        expect(await notes(connection).updateMany({}, { value: '2' })).toMatchObject({ modifiedCount: 1 });
        const databases = [connection, related, connection.useDb(database.name, { useCache: false })];
        for (const { db } of databases) {
          expect(await db!.collection('notes').findOne({})).toMatchObject({ value: '2' });
          expect(await db!.collection('notes').insertOne({ key: 'b' })).toMatchObject({ acknowledged: true });
        }
        const another = connection.getClient().db(database.name).collection('notes');
        expect(await another.countDocuments()).toBe(4);
      });
      expect(outcome).toEqual({ status: 'committed' });
      expect(await keysOf(await database.connect())).toEqual(['a', 'b', 'b', 'b']);
      await target.close();
    });
  });

  it('a change without a transaction learns of a write that fails, although the connection has w=0', async () => {
    const connection = await database.connect({ writeConcern: { w: 0 } });
    const target = targetSystem(connection);
    const write = () => connection.db!.collection<{ _id: number }>('notes').insertOne({ _id: 1 });
    const twice = target.run(
      CHANGE,
      async () => {
        await write();
        await write();
      },
      mayGoOn,
    );
    await expect(twice).rejects.toThrow('E11000');
    await target.close();
  });

  it.each([
    ['readPreference', (on: Connection) => notes(on).find().read('secondaryPreferred')],
    ['w: 0', (on: Connection) => notes(on).updateOne({}, { value: '2' }, { writeConcern: { w: 0 } })],
  ])('names %s where an operation has one of its own that no transaction allows', async (setting, act) => {
    const connection = await database.connect();
    const target = targetSystem(connection);
    const outcome = await target.transaction(CHANGE, async () => {
      await act(connection);
    });
    expect(outcome).toEqual({ status: 'rolled-back', error: expect.any(TransactionSettingError) });
    expect((outcome as { error: Error }).error.message).toContain(`"${setting}"`);
    await target.close();
  });
});
