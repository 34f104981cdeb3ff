import type { Admin, Producer } from 'kafkajs';
import { describeOn } from '../../../../test/support/services/describe-on.js';
import { KafkaTopic } from '../../../../test/support/kafka-topic.js';
import { adminOf, markerOf, producerOf, TestTargets } from '../fixtures/open.js';
import type { KafkaTargetSystem } from './kafka.target-system.js';

await describeOn(['kafka'], 'a change that may only read on Kafka', ({ kafka }) => {
  let topic: KafkaTopic;
  let targets: TestTargets;
  let target: KafkaTargetSystem;

  beforeEach(async () => {
    topic = await KafkaTopic.create(kafka, 1);
    targets = new TestTargets(kafka);
    target = targets.open();
  });
  afterEach(async () => {
    await targets.remove();
    await topic.remove();
  });

  const ask = (work: (admin: Admin, producer: Producer) => Promise<unknown>) =>
    target.run({ ...markerOf(1), operation: 'RECONCILE', readOnly: true }, async (handles) => {
      await work(adminOf(handles), producerOf(handles));
    });

  it('is refused what an Admin or a Producer writes', async () => {
    const refused = { code: 'FLAMINGOCK_READ_ONLY_STATEMENT' };
    await expect(ask((admin) => admin.deleteTopics({ topics: [topic.name] }))).rejects.toMatchObject(refused);
    await expect(ask((admin) => admin.createTopics({ topics: [] }))).rejects.toMatchObject(refused);
    const send = { topic: topic.name, messages: [{ value: 'a' }] };
    await expect(ask((_, producer) => producer.send(send))).rejects.toMatchObject(refused);
    await expect(ask((_, producer) => producer.transaction())).rejects.toMatchObject(refused);
    expect(await topic.values()).toEqual([]);
  });

  it('reads topics and their offsets', async () => {
    await ask(async (admin) => {
      expect(await admin.listTopics()).toContain(topic.name);
      expect(await admin.fetchTopicOffsets(topic.name)).toMatchObject([{ high: '0' }]);
      expect((await admin.describeCluster()).brokers.length).toBeGreaterThan(0);
    });
  });
});
