import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { getConnectionToken } from '@nestjs/mongoose';
import type { Connection } from 'mongoose';
import { describeOn } from '../../../../test/support/services/describe-on.js';
import { dropMongoDatabase } from '../../../../test/support/drop-mongo-database.js';
import { chosenModule } from '../chosen-module.js';
import { Demo } from '../fixtures/demo.js';

await describeOn(['mongodb'], 'the inventory service on MongoDB', ({ mongodb }) => {
  const demo = Demo.eachTest(() => chosenModule(['--variant', 'mongodb']), {
    MONGODB_URL: mongodb,
    MONGODB_NAME: `demo_${randomBytes(6).toString('hex')}`,
  });

  it('applies every change before it serves the first time, and serves what they made', async () => {
    expect(demo.results).toEqual([
      'create-collections: executed',
      'load-currencies: executed',
      'seed-products: executed',
      'normalize-prices: executed',
      'publish-feed: executed',
      'warm-price-index: executed',
    ]);
    expect((await demo.get('/products')).body).toContainEqual({
      sku: 'KB-100',
      name: 'Keyboard',
      prices: { CLF: 2.0537, EUR: 79.9, JPY: 12990, KWD: 26.125, USD: 84.99 },
    });
    expect(readdirSync(join(demo.folder, 'feed'))).toHaveLength(5);
  });

  it('applies nothing the second time', async () => {
    expect(demo.report.status).toBe('up-to-date');
    await dropMongoDatabase(demo.app.get<Connection>(getConnectionToken()));
  });
});

describe('the variant to start', () => {
  it.each([
    {
      args: ['--variant', 'oracle'],
      says: '--variant must be one of sqlite, mongodb, streams, cloud, not "oracle"',
    },
    { args: ['--shop', 'mongodb'], says: '--shop' },
  ])('must be one that there is: $args', async ({ args, says }) => {
    await expect(chosenModule(args)).rejects.toThrow(says);
  });
});
