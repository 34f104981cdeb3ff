import { OmittedWriteError } from '@nestjs-flamingock/core';
import { randomUUID } from 'node:crypto';
import { holdOf } from '@nestjs-flamingock/testing';
import { Schema, type Connection, type Model } from 'mongoose';
import { describeOn } from '../../../../test/support/services/describe-on.js';
import { MongoDatabase } from '../fixtures/mongo-database.js';
import { CHANGE, targetSystem } from '../fixtures/open.js';
import type { MongooseTargetSystem } from '../target/mongoose.target-system.js';

interface Size {
  width?: number;
}
interface Product {
  name: string;
  code?: string;
  size?: Size;
  sizes?: Size[];
}
type Products = Model<Product>;

/** A size with a field that its schema does not have. */
const ODD_SIZE = { width: 1, depth: 2 };

/** What is there has a field that the schema no longer has. */
const STORED = { name: 'tea', code: 'T', legacy: 'old' };

function productsOn(connection: Connection): Products {
  const schema = new Schema<Product>(
    {
      name: { type: String, required: true },
      code: { type: String, immutable: true },
      size: new Schema<Size>({ width: Number }),
      sizes: [new Schema<Size>({ width: Number })],
    },
    { timestamps: true, strictQuery: true },
  );
  return connection.model<Product>('Product', schema);
}

await describeOn(['mongodb'], 'what Mongoose would leave out in silence', ({ mongodb }) => {
  let database: MongoDatabase;
  let connection: Connection;
  let reader: Connection;
  let products: Products;
  let target: MongooseTargetSystem;

  beforeAll(async () => {
    database = await MongoDatabase.create(mongodb);
    connection = await database.connect();
    reader = await database.connect();
    products = productsOn(connection);
    target = targetSystem(connection);
    await target.markers.prepare();
  });
  beforeEach(async () => {
    await reader.collection('products').deleteMany();
    await reader.collection('products').insertOne({ ...STORED });
  });
  afterEach(() => target.close());
  afterAll(() => database.remove());

  const stored = async () => {
    const found = await reader.collection('products').find().toArray();
    return found.map(({ name, legacy }) => (legacy === undefined ? { name } : { name, legacy }) as object);
  };
  const inTransaction = async (work: () => Promise<unknown>): Promise<unknown> => {
    const proof = { ...CHANGE, ...holdOf(1, CHANGE.service) };
    const outcome = await target.transaction(
      CHANGE,
      async () => {
        await work();
      },
      proof,
    );
    return outcome.status === 'committed' ? undefined : outcome.error;
  };
  const outside = async (work: () => Promise<unknown>): Promise<unknown> => {
    try {
      await target.run(
        CHANGE,
        async () => {
          await work();
        },
        () => undefined,
      );
      return undefined;
    } catch (error) {
      return error;
    }
  };
  const ways = [
    ['in a transaction', (work: () => Promise<unknown>) => inTransaction(work)],
    ['outside of one', (work: () => Promise<unknown>) => outside(work)],
  ] as const;

  const omissions: [string, (on: Products) => Promise<unknown>][] = [
    ['$unset', (on) => on.updateMany({}, { $unset: { legacy: 1 } }).exec()],
    ['$rename', (on) => on.updateMany({}, { $rename: { legacy: 'name' } }).exec()],
    ['$set', (on) => on.updateOne({}, { $set: { name: 'x', legacy: 'new' } }).exec()],
    ['an awaited query', async (on) => on.updateOne({}, { legacy: 'new' })],
    ['findOneAndUpdate', (on) => on.findOneAndUpdate({}, { legacy: 'new' }).exec()],
    ['an immutable field', (on) => on.updateMany({}, { code: 'new' }).exec()],
    [
      'bulkWrite',
      (on) => on.bulkWrite([{ updateMany: { filter: {}, update: { $unset: { legacy: 1 } } } }] as never),
    ],
    [
      'bulkWrite in any order',
      (on) => on.bulkWrite([{ insertOne: { document: {} as Product } }], { ordered: false }),
    ],
    ['insertMany in any order', (on) => on.insertMany([{ name: 'a' }, {}], { ordered: false })],
    ['create', (on) => on.create({ name: 'a', legacy: 'new' } as Product)],
    ['insertMany', (on) => on.insertMany([{ name: 'a', legacy: 'new' } as Product])],
    ['replaceOne', (on) => on.replaceOne({}, { name: 'x', legacy: 'new' }).exec()],
    ['an embedded document of a new one', (on) => on.create({ name: 'a', size: ODD_SIZE })],
    ['a list of embedded documents', (on) => on.insertMany([{ name: 'a', sizes: [ODD_SIZE] }])],
    ['$push of an embedded document', (on) => on.updateOne({}, { $push: { sizes: ODD_SIZE } }).exec()],
    [
      'an embedded document that is assigned',
      async (on) => {
        const found = await on.findOne().orFail();
        found.size = ODD_SIZE;
        await found.save();
      },
    ],
    [
      'a stored field that is assigned',
      async (on) => {
        const found = await on.findOne().orFail();
        await Object.assign(found, { name: 'x', legacy: undefined }).save();
      },
    ],
    ['a filter with strictQuery', (on) => on.deleteMany({ legacy: 'none' }).exec()],
    [
      'a filter of bulkWrite with strictQuery',
      (on) => on.bulkWrite([{ deleteMany: { filter: { legacy: 'none' } } }]),
    ],
    ['set and save', async (on) => (await on.findOne().orFail()).set('legacy', undefined).save()],
    [
      'a model that is made inside the change',
      (on) =>
        on.db
          .model(`Made ${randomUUID()}`, on.schema.clone(), on.collection.name)
          .updateMany({}, { $unset: { legacy: 1 } })
          .exec(),
    ],
    [
      'a model of another connection to the same database',
      (on) =>
        productsOn(on.db.useDb(on.db.name))
          .updateMany({}, { $unset: { legacy: 1 } })
          .exec(),
    ],
  ];

  describe.each(ways)('%s', (_, change) => {
    it.each(omissions)('fails the change, with the line to write: %s', async (_title, omit) => {
      const error = await change(() => omit(products));
      expect(error).toBeInstanceOf(OmittedWriteError);
      expect((error as Error).message).toMatch(/strict: false|ordered/);
      expect((await stored())[0]).toEqual({ name: 'tea', legacy: 'old' });
    });

    it('is written where the call says strict: false', async () => {
      const error = await change(() =>
        products.updateMany({}, { $unset: { legacy: 1 } }, { strict: false }).exec(),
      );
      expect(error).toBeUndefined();
      expect(await stored()).toEqual([{ name: 'tea' }]);
    });

    it('is written where a document is told strict: false', async () => {
      const error = await change(async () => {
        const found = await products.findOne().orFail();
        found.set('legacy', 'new', { strict: false });
        await found.save();
      });
      expect(error).toBeUndefined();
      expect(await stored()).toEqual([{ name: 'tea', legacy: 'new' }]);
    });

    it('is left out where the call says so', async () => {
      const error = await change(() =>
        products.updateMany({}, { $set: { name: 'x', legacy: 'n' } }, { strict: true }).exec(),
      );
      expect(error).toBeUndefined();
      expect(await stored()).toEqual([{ name: 'x', legacy: 'old' }]);
    });

    it('is nothing that ordinary writes meet', async () => {
      const error = await change(async () => {
        await products.updateOne({ name: 'b' }, { name: 'b' }, { upsert: true });
        await products.create({ name: 'c', code: 'C' });
        const found = await products.findOne({ name: 'tea' }).orFail();
        found.name = 'green tea';
        // As hooks do, for other hooks, or to show what is stored.
        await Object.assign(found, { wasRead: true, legacy: STORED.legacy }).save();
        await products.bulkWrite([{ updateOne: { filter: { name: 'b' }, update: { name: 'bee' } } }]);
        await products.insertMany([{ name: 'd' }], { ordered: false });
      });
      expect(error).toBeUndefined();
      expect(await stored()).toHaveLength(4);
    });
  });

  it('is looked for where the call says strictQuery: false, whoever has set it', async () => {
    const { base } = connection;
    const before = base.get('strictQuery') as boolean;
    base.set('strictQuery', true);
    const other = await database.connect();
    const loose = other.model('Loose', new Schema({ name: String }), 'products');
    const change = targetSystem(other);
    const without = (options?: { strictQuery: boolean }) =>
      change.run(
        CHANGE,
        async () => {
          await loose.deleteMany({ legacy: 'none' }, options);
        },
        () => undefined,
      );
    try {
      await expect(without()).rejects.toBeInstanceOf(OmittedWriteError);
      await without({ strictQuery: false });
      expect(await stored()).toHaveLength(1);
      await change.close();
      expect(base.get('strictQuery')).toBe(true);
    } finally {
      base.set('strictQuery', before);
    }
  });

  it('keeps to its own where two connections share a schema', async () => {
    const other = await database.connect();
    other.model<Product>('Product', products.schema);
    const both = targetSystem(other);
    await both.run(
      CHANGE,
      async () => undefined,
      () => undefined,
    );
    await both.close();
    expect(await inTransaction(() => products.updateMany({}, { $unset: { legacy: 1 } }))).toBeInstanceOf(
      OmittedWriteError,
    );
  });

  it('is left out as ever by what is no part of a change', async () => {
    await inTransaction(async () => undefined);
    await products.updateMany({}, { $unset: { legacy: 1 } });
    await target.close();
    await products.updateMany({}, { $unset: { legacy: 1 } });
    expect(await stored()).toEqual([{ name: 'tea', legacy: 'old' }]);
    expect(products.schema.get('strict')).toBe(true);
  });
});
