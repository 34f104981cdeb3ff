import type { Marker, MarkerStore } from '@nestjs-flamingock/core';
import type { KafkaClients } from './client/kafka-clients.js';
import type { ResolvedKafkaSettings } from './kafka.options.js';
import { markerTombstone } from './marker/marker-records.js';
import { prepareMarkersTopic } from './marker/markers-topic.js';
import type { ProducerFence } from './marker/producer-fence.js';

/** Markers and fences in a compacted topic. */
export class KafkaMarkerStore implements MarkerStore {
  constructor(
    private readonly clients: KafkaClients,
    private readonly fence: ProducerFence,
    private readonly settings: ResolvedKafkaSettings,
  ) {}

  /**
   * @throws MarkersTopicMissingError when the topic can neither be found nor created;
   * MarkersTopicPolicyError when it does not keep markers; KafkaUnreachableError.
   */
  prepare(): Promise<void> {
    return this.clients.use(() => prepareMarkersTopic(this.clients, this.settings));
  }

  /** @throws MarkersUnreadableError, TransactionalIdContendedError, KafkaUnreachableError */
  async read(service: string, changeId: string, token: number): Promise<Marker | undefined> {
    const snapshot = await this.clients.use(() => this.fence.claim(service, token));
    return snapshot.marker(service, changeId);
  }

  /** Only as the holder that has claimed the target last: it does not take away what a later one has proven. */
  async clear(service: string, changeIds: readonly string[], token: number): Promise<void> {
    if (changeIds.length === 0) return;
    const tombstones = changeIds.map((changeId) => markerTombstone(service, changeId));
    await this.clients.use(() => this.fence.commit(service, token, tombstones));
  }
}
