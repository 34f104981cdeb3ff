import { ConfigResourceTypes, type Admin } from 'kafkajs';
import { onceThere } from '../connection/once-there.js';
import { hasType, refusalOf } from '../connection/driver-error.js';
import type { KafkaClients } from '../connection/kafka-clients.js';
import { MarkersTopicMissingError, MarkersTopicPolicyError } from '../kafka.errors.js';
import type { ResolvedKafkaSettings } from '../kafka.options.js';

const REPLICAS = 3;

/**
 * Makes sure that the markers topic is there and keeps what it is given. Safe when many start together.
 *
 * @throws MarkersTopicMissingError, MarkersTopicPolicyError
 */
export async function prepareMarkersTopic(
  clients: KafkaClients,
  settings: Pick<ResolvedKafkaSettings, 'markersTopic' | 'markersReplicationFactor'>,
): Promise<void> {
  const admin = await clients.admin.connected();
  const topic = settings.markersTopic;
  try {
    await onceThere(clients.host, async () => {
      if (!(await exists(admin, topic))) await create(admin, topic, settings.markersReplicationFactor);
      await checkPolicy(admin, topic);
    });
  } catch (error) {
    throw clients.explain(error);
  }
}

/** True where the topic is there and something was ever written to it. */
export async function hasRecords(clients: KafkaClients, topic: string): Promise<boolean> {
  const admin = await clients.admin.connected();
  try {
    if (!(await exists(admin, topic))) return false;
    const offsets = await admin.fetchTopicOffsets(topic);
    return offsets.some(({ high }) => high !== '0');
  } catch (error) {
    throw clients.explain(error);
  }
}

async function exists(admin: Admin, topic: string): Promise<boolean> {
  try {
    await admin.fetchTopicMetadata({ topics: [topic] });
    return true;
  } catch (error) {
    if (hasType(error, 'UNKNOWN_TOPIC_OR_PARTITION')) return false;
    throw error;
  }
}

/**
 * Kafka creates a topic once, however many ask for it. kafkajs itself does not wait for its leaders: it takes a broker
 * that does not know the new topic yet for a refusal.
 */
async function create(admin: Admin, topic: string, wanted: number | undefined): Promise<void> {
  const { brokers } = await admin.describeCluster();
  const replicationFactor = wanted ?? Math.min(REPLICAS, brokers.length);
  const configEntries = [{ name: 'cleanup.policy', value: 'compact' }];
  try {
    await admin.createTopics({
      waitForLeaders: false,
      topics: [{ topic, numPartitions: 1, replicationFactor, configEntries }],
    });
  } catch (error) {
    throw new MarkersTopicMissingError(topic, replicationFactor, refusalOf(error));
  }
}

async function checkPolicy(admin: Admin, topic: string): Promise<void> {
  const query = { type: ConfigResourceTypes.TOPIC, name: topic, configNames: ['cleanup.policy'] };
  const { resources } = await admin.describeConfigs({ resources: [query], includeSynonyms: false });
  const policy = resources[0]?.configEntries[0]?.configValue ?? '';
  if (policy !== 'compact') throw new MarkersTopicPolicyError(topic, policy);
}
