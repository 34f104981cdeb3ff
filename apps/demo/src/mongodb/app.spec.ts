import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FlamingockEvents, type ExecutionReport } from '@nestjs-flamingock/core';
import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { getConnectionToken } from '@nestjs/mongoose';
import type { Connection } from 'mongoose';
import { describeOn } from '../../../../test/services/describe-on.js';
import { dropMongoDatabase } from '../../../../test/support/drop-mongo-database.js';
import { chosenModule } from '../chosen-module.js';

await describeOn(['mongodb'], 'the inventory service on MongoDB', ({ mongodb }) => {
  const folder = mkdtempSync(join(tmpdir(), 'flamingock-demo-mongodb-'));
  const environment = { ...process.env };
  let app: INestApplication;
  let reports: ExecutionReport[];

  beforeAll(() => {
    process.env['DEMO_VAR'] = folder;
    process.env['MONGODB_URL'] = mongodb;
    process.env['MONGODB_NAME'] = `demo_${randomBytes(6).toString('hex')}`;
  });
  beforeEach(async () => {
    reports = [];
    app = await NestFactory.create(await chosenModule(['--variant', 'mongodb']), { logger: false });
    app.get(FlamingockEvents).on('run.completed', ({ report }) => reports.push(report));
    await app.listen(0, '127.0.0.1');
  });
  afterEach(() => app.close());
  afterAll(() => {
    process.env = environment;
    rmSync(folder, { recursive: true });
  });

  it('applies every change before it serves the first time, and serves what they made', async () => {
    expect(reports[0]!.changes.map(({ changeId, result }) => `${changeId}: ${result}`)).toEqual([
      'create-collections: executed',
      'load-currencies: executed',
      'seed-products: executed',
      'normalize-prices: executed',
      'publish-feed: executed',
      'warm-price-index: executed',
    ]);
    const response = await fetch(`${await app.getUrl()}/products`);
    expect(await response.json()).toContainEqual({
      sku: 'KB-100',
      name: 'Keyboard',
      prices: { CLF: 2.0537, EUR: 79.9, JPY: 12990, KWD: 26.125, USD: 84.99 },
    });
    expect(readdirSync(join(folder, 'feed'))).toHaveLength(5);
  });

  it('applies nothing the second time', async () => {
    expect(reports[0]!.status).toBe('up-to-date');
    await dropMongoDatabase(app.get<Connection>(getConnectionToken()));
  });
});

describe('the variant to start', () => {
  it.each([
    {
      args: ['--variant', 'oracle'],
      says: '--variant must be one of sqlite, mongodb, streams, not "oracle"',
    },
    { args: ['--shop', 'mongodb'], says: '--shop' },
  ])('must be one that there is: $args', async ({ args, says }) => {
    await expect(chosenModule(args)).rejects.toThrow(says);
  });
});
