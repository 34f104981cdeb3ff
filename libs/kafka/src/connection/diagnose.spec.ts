import type { Admin } from 'kafkajs';
import { describeOn } from '../../../../test/support/services/describe-on.js';
import { quietKafka } from '../../../../test/support/kafka-topic.js';
import { KafkaTargetSystem } from '../target/kafka.target-system.js';
import { diagnose } from './driver-error.js';

await describeOn(['kafka'], 'what Kafka says of a failure', ({ kafka: brokers }) => {
  let admin: Admin;

  beforeEach(async () => {
    admin = quietKafka(brokers).admin({ retry: { retries: 0 } });
    await admin.connect();
  });
  afterEach(() => admin.disconnect());

  it('has code and type of the answer that kafkajs wraps', async () => {
    const target = new KafkaTargetSystem('events', quietKafka(brokers), {});
    const error = await admin.fetchTopicOffsets('there-is-none').then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(target.diagnose((error as Error).cause)).toMatchObject({
      code: '3',
      codeName: 'UNKNOWN_TOPIC_OR_PARTITION',
    });
  });
});

it.each([undefined, 'a text', new TypeError('no')])('says nothing of %s', (error) => {
  expect(Object.values(diagnose(error)).filter((fact) => fact !== undefined)).toEqual([]);
});
