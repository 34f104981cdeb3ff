import { randomUUID } from 'node:crypto';
import { ensureTopics } from '@nestjs-flamingock/kafka';
import { Kafka, logLevel, Partitioners, type Admin, type Consumer, type Producer } from 'kafkajs';

const LAST = 'read up to here';

/** A message as everybody sees it. */
export interface SeenMessage {
  readonly key: string;
  readonly value: string | undefined;
}

/** A client that says nothing. */
export function quietKafka(brokers: string): Kafka {
  return new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING });
}

/** Deletes a topic if it is there. */
export async function deleteTopic(brokers: string, name: string): Promise<void> {
  const admin = quietKafka(brokers).admin();
  await admin.connect();
  const topics = (await admin.listTopics()).filter((topic) => topic === name);
  await admin.deleteTopics({ topics });
  await admin.disconnect();
}

/** A topic of one test's own, and what consumers see in it that read what is committed. */
export class KafkaTopic {
  private readonly seen: SeenMessage[] = [];
  private readonly arrivals = new Set<(value: string) => void>();

  private constructor(
    readonly name: string,
    private readonly admin: Admin,
    private readonly producer: Producer,
    private readonly consumer: Consumer,
    private readonly groupId: string,
  ) {}

  static async create(brokers: string, numPartitions = 1): Promise<KafkaTopic> {
    const kafka = quietKafka(brokers);
    const name = `events-${randomUUID()}`;
    const groupId = `seen-${randomUUID()}`;
    const admin = kafka.admin();
    const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
    const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 100 });
    await Promise.all([admin.connect(), producer.connect(), consumer.connect()]);
    await ensureTopics(admin, [{ topic: name, partitions: numPartitions }]);
    const topic = new KafkaTopic(name, admin, producer, consumer, groupId);
    await consumer.subscribe({ topics: [name], fromBeginning: true });
    await consumer.run({ autoCommit: false, eachMessage: async ({ message }) => topic.take(message) });
    return topic;
  }

  /** Everything that is committed, in order, partition by partition. Waits while a transaction is open on it. */
  async messages(): Promise<readonly SeenMessage[]> {
    const { topics } = await this.admin.fetchTopicMetadata({ topics: [this.name] });
    const ends = topics.flatMap(({ partitions }) =>
      partitions.map(({ partitionId }) => ({ partition: partitionId, key: LAST, value: randomUUID() })),
    );
    const missing = new Set<string>(ends.map(({ value }) => value));
    const all = new Promise<void>((resolve) => {
      this.arrivals.add((value) => {
        if (missing.delete(value) && missing.size === 0) resolve();
      });
    });
    await this.producer.send({ topic: this.name, messages: ends });
    await all;
    return this.seen.filter(({ key }) => key !== LAST);
  }

  /** The committed values, sorted. */
  async values(): Promise<(string | undefined)[]> {
    return (await this.messages()).map(({ value }) => value).sort();
  }

  async remove(): Promise<void> {
    await this.consumer.disconnect();
    await this.admin.deleteGroups([this.groupId]).catch(() => undefined);
    await this.admin.deleteTopics({ topics: [this.name] });
    await Promise.all([this.producer.disconnect(), this.admin.disconnect()]);
  }

  private take({ key, value }: { key: Buffer | null; value: Buffer | null }): void {
    this.seen.push({ key: String(key), value: value?.toString() });
    if (value) for (const arrive of this.arrivals) arrive(value.toString());
  }
}
