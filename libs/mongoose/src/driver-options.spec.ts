import mongoose, { type ConnectOptions, type Connection, type MongooseOptions } from 'mongoose';
import { describeOn } from '../../../test/services/describe-on.js';
import { fullRuns, takeOver, type Driven } from '../../../test/support/full-runs.js';
import { keysOf, MongoDatabase, notes } from './fixtures/mongo-database.js';
import { auditStore, CHANGE, targetSystem } from './fixtures/open.js';

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
});
