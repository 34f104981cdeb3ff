import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { FlamingockEvents, type ExecutionReport } from '@nestjs-flamingock/core';
import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Kafka, logLevel } from 'kafkajs';
import { describeOn } from '../../../../test/services/describe-on.js';

jest.setTimeout(60_000);

await describeOn(['kafka', 'redis'], 'the inventory service with streams', ({ kafka, redis }) => {
  const folder = mkdtempSync(join(tmpdir(), 'flamingock-demo-streams-'));
  const environment = { ...process.env };
  const prefix = `demo-${randomBytes(6).toString('hex')}-`;
  let app: INestApplication;
  let reports: ExecutionReport[];

  beforeAll(() => {
    const own = { DEMO_VAR: folder, KAFKA_BROKERS: kafka, REDIS_URL: redis, STREAMS_PREFIX: prefix };
    Object.assign(process.env, own);
  });
  beforeEach(async () => {
    reports = [];
    const { chosenModule } = await import('../chosen-module.js');
    app = await NestFactory.create(await chosenModule(['--variant', 'streams']), { logger: false });
    app.get(FlamingockEvents).on('run.completed', ({ report }) => reports.push(report));
    await app.listen(0, '127.0.0.1');
  });
  afterEach(() => app.close());
  afterAll(() => {
    process.env = environment;
    rmSync(folder, { recursive: true });
  });

  it('applies every change before it serves the first time, and serves prices from Redis', async () => {
    expect(reports[0]!.changes.map(({ changeId, result }) => `${changeId}: ${result}`)).toEqual([
      'create-tables: executed',
      'load-currencies: executed',
      'seed-products: executed',
      'normalize-prices: executed',
      'create-topic: executed',
      'publish-prices: executed',
      'index-prices: executed',
    ]);
    const response = await fetch(`${await app.getUrl()}/currencies/KWD`);
    expect(await response.json()).toMatchObject({ code: 'KWD', prices: [{ sku: 'KB-100' }, {}, {}] });
  });

  it('applies nothing the second time', async () => {
    expect(reports[0]!.status).toBe('up-to-date');
    const admin = new Kafka({ brokers: kafka.split(','), logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    const topics = (await admin.listTopics()).filter((topic) => topic.startsWith(prefix));
    expect(topics.sort()).toEqual([`${prefix}markers`, `${prefix}prices`]);
    await admin.deleteTopics({ topics });
    await admin.disconnect();
  });
});
