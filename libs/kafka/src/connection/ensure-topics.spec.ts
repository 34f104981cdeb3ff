import { randomUUID } from 'node:crypto';
import type { Admin } from 'kafkajs';
import { describeOn } from '../../../../test/support/services/describe-on.js';
import { quietKafka } from '../../../../test/support/kafka-topic.js';
import { ensureTopics, type WantedTopic } from './ensure-topics.js';

await describeOn(['kafka'], 'ensureTopics', ({ kafka }) => {
  const admins: Admin[] = [];
  let wanted: WantedTopic;
  let topic: string;

  beforeAll(async () => {
    for (let count = 0; count < 4; count += 1) admins.push(quietKafka(kafka).admin());
    await Promise.all(admins.map((admin) => admin.connect()));
  });
  // Another one for each: what is deleted stays known for a moment.
  beforeEach(() => {
    topic = `orders-${randomUUID()}`;
    wanted = { topic, partitions: 3, replicationFactor: 1, config: { 'retention.ms': 60_000 } };
  });
  afterEach(async () => {
    const topics = (await admins[0]!.listTopics()).filter((name) => name === topic);
    await admins[0]!.deleteTopics({ topics });
  });
  afterAll(() => Promise.all(admins.map((admin) => admin.disconnect())));

  it('creates what is missing, as it is wanted, and only once', async () => {
    expect(await ensureTopics(admins[0]!, [wanted])).toEqual([{ topic, status: 'created' }]);
    expect(await ensureTopics(admins[0]!, [wanted, { topic }])).toEqual([
      { topic, status: 'unchanged' },
      { topic, status: 'unchanged' },
    ]);
  });

  it('creates a topic once when several do it at the same time', async () => {
    const results = await Promise.all(admins.map((admin) => ensureTopics(admin, [wanted])));
    const states = results.flat().map(({ status }) => status);
    expect(states.sort()).toEqual(['created', 'unchanged', 'unchanged', 'unchanged']);
  });

  it('tells how a topic differs, and leaves it as it is', async () => {
    await ensureTopics(admins[0]!, [wanted]);
    const other = { topic, partitions: 6, config: { 'retention.ms': 1, 'no.such.setting': true } };
    const differs = {
      topic,
      status: 'differs',
      differences: [
        { setting: 'partitions', wanted: '6', found: '3' },
        { setting: 'retention.ms', wanted: '1', found: '60000' },
        { setting: 'no.such.setting', wanted: 'true', found: undefined },
      ],
    };
    expect(await ensureTopics(admins[0]!, [other])).toEqual([differs]);
    expect(await ensureTopics(admins[0]!, [wanted])).toEqual([{ topic, status: 'unchanged' }]);
  });

  it('creates a topic that a broker still lists although it is deleted', async () => {
    const admin = Object.create(admins[0]!) as Admin;
    admin.listTopics = () => {
      admin.listTopics = () => admins[0]!.listTopics();
      return Promise.resolve([topic]);
    };
    expect(await ensureTopics(admin, [wanted])).toEqual([{ topic, status: 'created' }]);
  });

  it('says why Kafka refuses to create a topic', async () => {
    await expect(ensureTopics(admins[0]!, [{ topic, replicationFactor: 99 }])).rejects.toThrow(
      /replication/i,
    );
  });
});
