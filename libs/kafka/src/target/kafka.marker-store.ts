import type { LockHold, Marker, MarkerStore, TargetFence } from '@nestjs-flamingock/core/adapter';
import type { KafkaClients } from '../connection/kafka-clients.js';
import type { ResolvedKafkaSettings } from '../kafka.options.js';
import { markerTombstone, type MarkersSnapshot } from './marker-records.js';
import { hasRecords, prepareMarkersTopic } from './markers-topic.js';
import type { ProducerFence } from './producer-fence.js';

/** Markers and fences in a compacted topic. */
export class KafkaMarkerStore implements MarkerStore {
  /** What the last look has read, unless the target was claimed since. */
  private seen: MarkersSnapshot | undefined;

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

  /** By the topic alone: to read it takes a consumer, and seconds. */
  hasTrace(): Promise<boolean> {
    return this.clients.use(() => hasRecords(this.clients, this.settings.markersTopic));
  }

  /** @throws KafkaUnreachableError */
  async look(service: string): Promise<TargetFence | undefined> {
    this.seen = await this.snapshot();
    return this.seen?.fence(service, this.fence.target);
  }

  /** @throws TransactionalIdContendedError, KafkaUnreachableError */
  async claim(hold: LockHold): Promise<void> {
    this.seen = undefined;
    await this.clients.use(() => this.fence.hold(hold));
  }

  /** @throws MarkersUnreadableError, TransactionalIdContendedError, KafkaUnreachableError */
  async read(hold: LockHold, changeId: string): Promise<Marker | undefined> {
    const snapshot = await this.clients.use(() => this.fence.claim(hold));
    return snapshot.marker(hold.service, changeId);
  }

  /** Right after {@link look}, from what that has read: to read the topic takes a consumer. */
  async list(service: string): Promise<readonly Marker[]> {
    const { seen = await this.snapshot() } = this;
    this.seen = undefined;
    return seen?.markersOf(service) ?? [];
  }

  /** Only as the holder that has claimed the target last: it does not take away what a later one has proven. */
  async clear(hold: LockHold, changeIds: readonly string[]): Promise<void> {
    if (changeIds.length === 0) return;
    const tombstones = changeIds.map((changeId) => markerTombstone(hold.service, changeId));
    await this.clients.use(() => this.fence.commit(hold, tombstones));
  }

  private async snapshot(): Promise<MarkersSnapshot | undefined> {
    return (await this.hasTrace()) ? this.clients.use(() => this.fence.look()) : undefined;
  }
}
