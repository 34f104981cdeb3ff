import { nodeHost } from '@nestjs-flamingock/core/adapter';
import { ConfigResourceTypes, type Admin } from 'kafkajs';
import { onceThere } from './once-there.js';
import { refusalOf } from './driver-error.js';

/** A topic as it is wanted. What is left out is up to the brokers, and not compared. */
export interface WantedTopic {
  readonly topic: string;
  readonly partitions?: number;
  readonly replicationFactor?: number;
  /** Settings by their name in Kafka, such as `retention.ms`. */
  readonly config?: Readonly<Record<string, string | number | boolean>>;
}

/** One respect in which a topic is not as it is wanted. */
export interface TopicDifference {
  /** `partitions`, `replicationFactor`, or the name of a setting. */
  readonly setting: string;
  readonly wanted: string;
  /** `undefined` if Kafka has no such setting. */
  readonly found: string | undefined;
}

/** What became of a wanted topic; one that differs was left as it is. */
export type EnsuredTopic =
  | { readonly topic: string; readonly status: 'created' | 'unchanged' }
  | {
      readonly topic: string;
      readonly status: 'differs';
      readonly differences: readonly TopicDifference[];
    };

/**
 * Creates the topics that are missing, and says of the others whether they are as wanted. Alters none.
 * Safe when many do it at the same time. For changes that are `transactional: false`.
 *
 * @returns one entry for each of `topics`, in their order.
 */
export async function ensureTopics(admin: Admin, topics: readonly WantedTopic[]): Promise<EnsuredTopic[]> {
  const results: EnsuredTopic[] = [];
  for (const wanted of topics) results.push(await ensureTopic(admin, wanted));
  return results;
}

/**
 * Looks anew at each attempt: brokers list a topic for a moment after its deletion, and one that was just created is
 * not known to all of them at once.
 */
async function ensureTopic(admin: Admin, wanted: WantedTopic): Promise<EnsuredTopic> {
  return onceThere(nodeHost, async () => {
    const { topic } = wanted;
    if (!(await admin.listTopics()).includes(topic) && (await create(admin, wanted))) {
      return { topic, status: 'created' };
    }
    const differences = await compare(admin, wanted);
    return differences.length === 0
      ? { topic, status: 'unchanged' }
      : { topic, status: 'differs', differences };
  });
}

/** False if another process has created it meanwhile. */
async function create(admin: Admin, { topic, partitions, replicationFactor, config = {} }: WantedTopic) {
  const configEntries = Object.entries(config).map(([name, value]) => ({ name, value: String(value) }));
  const size = {
    ...(partitions && { numPartitions: partitions }),
    ...(replicationFactor && { replicationFactor }),
  };
  try {
    // kafkajs takes a broker that does not know the new topic yet for a refusal: it is asked here until it does.
    const isCreated = await admin.createTopics({
      waitForLeaders: false,
      topics: [{ topic, ...size, configEntries }],
    });
    if (isCreated) await onceThere(nodeHost, () => admin.fetchTopicMetadata({ topics: [topic] }));
    return isCreated;
  } catch (error) {
    throw refusalOf(error);
  }
}

async function compare(admin: Admin, wanted: WantedTopic): Promise<TopicDifference[]> {
  const metadata = await admin.fetchTopicMetadata({ topics: [wanted.topic] });
  const partitions = metadata.topics[0]?.partitions ?? [];
  const found = new Map([
    ['partitions', String(partitions.length)],
    ['replicationFactor', String(partitions[0]?.replicas.length)],
    ...(await configOf(admin, wanted)),
  ]);
  const { partitions: count, replicationFactor, config } = wanted;
  return Object.entries({ partitions: count, replicationFactor, ...config })
    .filter(([setting, value]) => value !== undefined && found.get(setting) !== String(value))
    .map(([setting, value]) => ({ setting, wanted: String(value), found: found.get(setting) }));
}

async function configOf(admin: Admin, { topic, config = {} }: WantedTopic): Promise<[string, string][]> {
  const configNames = Object.keys(config);
  if (configNames.length === 0) return [];
  const query = { type: ConfigResourceTypes.TOPIC, name: topic, configNames };
  const { resources } = await admin.describeConfigs({ resources: [query], includeSynonyms: false });
  const entries = resources[0]?.configEntries ?? [];
  return entries.map(({ configName, configValue }) => [configName, configValue]);
}
