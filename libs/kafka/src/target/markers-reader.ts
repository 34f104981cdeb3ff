import { withinTime } from '@nestjs-flamingock/core/adapter';
import { randomUUID } from 'node:crypto';
import type { Consumer, EachBatchPayload } from 'kafkajs';
import { retryFor } from '../connection/retry-for.js';
import { hasType, isPassing } from '../connection/driver-error.js';
import type { KafkaClients } from '../connection/kafka-clients.js';
import { MarkersUnreadableError } from '../kafka.errors.js';
import { barrierRecord, MarkersSnapshot, PARTITION } from './marker-records.js';

/** How long a group that was just left may count as used, in milliseconds. If it takes longer, the brokers remove it. */
const LEAVES_MS = 5_000;

/** Long enough to read what no open transaction keeps from being read, in milliseconds: no answer is waited for. */
const AT_ONCE_MS = 2_000;

const CONSUMER = {
  sessionTimeout: 10_000,
  heartbeatInterval: 1_000,
  maxWaitTimeInMs: 200,
  retry: { retries: 3, restartOnFailure: () => Promise.resolve(false) },
};

/** What a reader reads, and for how long it waits. */
export interface MarkersSource {
  readonly clients: KafkaClients;
  readonly topic: string;
  readonly patienceMs: number;
}

/**
 * Reads what is committed in the markers topic. kafkajs has no consumer without a group: each reader has
 * one of its own, which stores no offsets and is deleted when the reader is closed.
 */
export class MarkersReader {
  private readonly records = new Map<string, string>();
  private barriers = 0;
  private arrive: (key: string) => void = () => undefined;

  private constructor(
    private readonly source: MarkersSource,
    private readonly groupId: string,
    private readonly consumer: Consumer,
    private readonly crashed: Promise<never>,
  ) {}

  /** Begins to read, once the coordinator of its group is ready for it. */
  static open(source: MarkersSource): Promise<MarkersReader> {
    return retryFor(source.clients.host, source.patienceMs, isPassing, () => MarkersReader.join(source));
  }

  private static async join(source: MarkersSource): Promise<MarkersReader> {
    const groupId = `${source.topic}-${randomUUID()}`;
    const consumer = await source.clients.newConsumer({ ...CONSUMER, groupId });
    const crashed = new Promise<never>((_, reject) => {
      consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
    });
    // The rejection reaches each caller that waits for the reader.
    crashed.catch(() => undefined);
    const reader = new MarkersReader(source, groupId, consumer, crashed);
    try {
      await reader.wait(reader.start());
      return reader;
    } catch (error) {
      await reader.close();
      throw error;
    }
  }

  /**
   * Reads everything that was committed before the call.
   *
   * @throws MarkersUnreadableError when a transaction of another client stays open on the topic.
   */
  async readToEnd(patienceMs = this.source.patienceMs): Promise<MarkersSnapshot> {
    const { clients, topic } = this.source;
    this.barriers += 1;
    const barrier = barrierRecord(this.groupId, this.barriers);
    const arrived = new Promise<void>((resolve) => {
      this.arrive = (key) => {
        if (key === barrier.key) resolve();
      };
    });
    const producer = await clients.producer.connected();
    await this.wait(
      producer.send({ topic, messages: [barrier] }).then(() => arrived),
      patienceMs,
    );
    return this.snapshot();
  }

  /** Reads what can be read in a moment: everything, unless a transaction is open on the topic. */
  async readAtOnce(): Promise<MarkersSnapshot> {
    try {
      return await this.readToEnd(AT_ONCE_MS);
    } catch (error) {
      if (error instanceof MarkersUnreadableError) return this.snapshot();
      throw error;
    }
  }

  /** Ends reading, and deletes the group. */
  async close(): Promise<void> {
    const { clients } = this.source;
    await clients.release(this.consumer);
    const isStillUsed = (error: unknown) => groupErrors(error).some((one) => hasType(one, 'NON_EMPTY_GROUP'));
    const remove = async () => {
      const admin = await clients.admin.connected();
      await admin.deleteGroups([this.groupId]);
    };
    // Without an answer, or the right to delete it, the broker removes the group: it is empty and has no offsets.
    await retryFor(clients.host, LEAVES_MS, isStillUsed, remove).catch(() => undefined);
  }

  private async start(): Promise<void> {
    await this.consumer.subscribe({ topics: [this.source.topic], fromBeginning: true });
    await this.consumer.run({ autoCommit: false, eachBatch: (payload) => this.take(payload) });
  }

  private take({ batch }: EachBatchPayload): Promise<void> {
    if (batch.partition !== PARTITION) return Promise.resolve();
    for (const { key, value } of batch.messages) {
      if (!key) continue;
      const name = key.toString();
      if (value) this.records.set(name, value.toString());
      else this.records.delete(name);
      this.arrive(name);
    }
    return Promise.resolve();
  }

  private snapshot(): MarkersSnapshot {
    return new MarkersSnapshot(new Map(this.records));
  }

  private async wait<T>(work: Promise<T>, patienceMs = this.source.patienceMs): Promise<T> {
    const { clients, topic } = this.source;
    const late = () => new MarkersUnreadableError(topic, patienceMs);
    try {
      return await withinTime(patienceMs, Promise.race([work, this.crashed]), late, clients.host.runtime);
    } catch (error) {
      throw clients.explain(error);
    }
  }
}

function groupErrors(error: unknown): unknown[] {
  const { groups = [] } = error as { groups?: { error?: unknown }[] };
  return groups.map((group) => group.error);
}
