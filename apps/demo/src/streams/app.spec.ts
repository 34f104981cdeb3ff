import { randomBytes } from 'node:crypto';
import { Kafka, logLevel } from 'kafkajs';
import { describeOn } from '../../../../test/support/services/describe-on.js';
import { Demo } from '../fixtures/demo.js';

await describeOn(['kafka', 'redis'], 'the inventory service with streams', ({ kafka, redis }) => {
  const prefix = `demo-${randomBytes(6).toString('hex')}-`;
  const demo = Demo.eachTest(
    async () => (await import('../chosen-module.js')).chosenModule(['--variant', 'streams']),
    { KAFKA_BROKERS: kafka, REDIS_URL: redis, STREAMS_PREFIX: prefix },
  );

  it('applies every change before it serves the first time, and serves prices from Redis', async () => {
    expect(demo.results).toEqual([
      'create-tables: executed',
      'load-currencies: executed',
      'seed-products: executed',
      'normalize-prices: executed',
      'create-topic: executed',
      'publish-prices: executed',
      'index-prices: executed',
    ]);
    const { body } = await demo.get('/currencies/KWD');
    expect(body).toMatchObject({ code: 'KWD', prices: [{ sku: 'KB-100' }, {}, {}] });
  });

  it('applies nothing the second time', async () => {
    expect(demo.report.status).toBe('up-to-date');
    const admin = new Kafka({ brokers: kafka.split(','), logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    const topics = (await admin.listTopics()).filter((topic) => topic.startsWith(prefix));
    expect(topics.sort()).toEqual([`${prefix}markers`, `${prefix}prices`]);
    await admin.deleteTopics({ topics });
    await admin.disconnect();
  });
});
