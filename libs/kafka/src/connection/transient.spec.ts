import { FencedError } from '@nestjs-flamingock/core';
import type { Admin, Kafka } from 'kafkajs';
import { describeOn } from '../../../../test/support/services/describe-on.js';
import { quietKafka } from '../../../../test/support/kafka-topic.js';
import { KafkaTargetSystem } from '../target/kafka.target-system.js';

const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

await describeOn(['kafka'], 'a failure of Kafka', ({ kafka: brokers }) => {
  let kafka: Kafka;
  let admin: Admin;
  let target: KafkaTargetSystem;

  beforeEach(async () => {
    kafka = quietKafka(brokers);
    admin = kafka.admin({ retry: { retries: 0 } });
    await admin.connect();
    target = new KafkaTargetSystem('events', kafka, {});
  });

  afterEach(() => admin.disconnect());

  it('passes where Kafka calls it retriable: a topic that its brokers may not know yet', async () => {
    const error = await failureOf(admin.fetchTopicOffsets('there-is-none'));
    expect(error).toMatchObject({ cause: { type: 'UNKNOWN_TOPIC_OR_PARTITION', retriable: true } });
    expect(target.isTransient(error)).toBe(true);
  });

  it('does not pass where a topic cannot have that name', async () => {
    const error = await failureOf(admin.createTopics({ topics: [{ topic: 'no/slash' }] }));
    expect(error).toBeDefined();
    expect(target.isTransient(error)).toBe(false);
  });

  it('does not pass where it is an error of the application, or of a former holder', () => {
    expect(target.isTransient(new TypeError('no such property'))).toBe(false);
    expect(target.isTransient(new FencedError('shop', 1, 'target system "events"'))).toBe(false);
  });
});
