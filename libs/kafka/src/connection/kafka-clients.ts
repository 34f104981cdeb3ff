import { withinTime, type AdapterHost } from '@nestjs-flamingock/core/adapter';
import type { Admin, Consumer, ConsumerConfig, Kafka, Producer, ProducerConfig } from 'kafkajs';
import { KafkaUnreachableError } from '../kafka.errors.js';
import { explained } from './driver-error.js';

/** Time for a client to leave the cluster, in milliseconds. Nothing depends on it: what is open the brokers end. */
const DISCONNECT_MS = 10_000;

/**
 * For our own requests: about seven seconds, in small steps at first, because the answer that a
 * transaction is still being completed is an everyday one.
 */
const RETRY = { initialRetryTime: 25, maxRetryTime: 1_000, retries: 12 };

type Client = Pick<Admin, 'connect' | 'disconnect'>;

/** A client that several use, connected when the first of them needs it. */
export interface SharedClient<T> {
  /** Not connected yet, perhaps. */
  readonly client: T;
  /** @throws KafkaUnreachableError */
  readonly connected: () => Promise<T>;
}

/** The Kafka clients of one target system: connected when first needed, closed together. */
export class KafkaClients {
  private readonly connections = new Set<Client>();
  private readonly uses = new Set<Promise<unknown>>();
  private sharedAdmin: SharedClient<Admin> | undefined;
  private sharedProducer: SharedClient<Producer> | undefined;

  constructor(
    private readonly kafka: Kafka,
    private readonly brokers: readonly string[],
    private readonly producerConfig: ProducerConfig,
    readonly host: AdapterHost,
  ) {}

  /** The administrator that all share. */
  get admin(): SharedClient<Admin> {
    this.sharedAdmin ??= this.share(this.kafka.admin({ retry: RETRY }));
    return this.sharedAdmin;
  }

  /** The producer outside any transaction that all share. A missing topic is not created. */
  get producer(): SharedClient<Producer> {
    this.sharedProducer ??= this.share(this.makeProducer({}));
    return this.sharedProducer;
  }

  /** @throws KafkaUnreachableError while no broker answers. */
  async reach(): Promise<void> {
    const admin = await this.admin.connected();
    await admin.describeCluster().catch((error: unknown) => {
      throw this.explain(error);
    });
  }

  /** A new producer. The caller returns it by {@link release}. A missing topic is not created. */
  newProducer(config: ProducerConfig): Promise<Producer> {
    return this.connect(this.makeProducer(config));
  }

  /** A new consumer. The caller returns it by {@link release}. */
  newConsumer(config: ConsumerConfig): Promise<Consumer> {
    return this.connect(this.kafka.consumer({ allowAutoTopicCreation: false, ...config }));
  }

  /**
   * Works with the clients, which must not be closed before: one that is asked for something after it was
   * disconnected connects anew, and stays. See {@link idle}.
   */
  async use<T>(work: () => Promise<T>): Promise<T> {
    const using = work();
    this.uses.add(using);
    try {
      return await using;
    } finally {
      this.uses.delete(using);
    }
  }

  /** Waits until all work that {@link use} has begun has ended, also work that its caller does not wait for. */
  idle(): Promise<void> {
    return this.wait(Promise.allSettled(this.uses));
  }

  /** Closes the connections of one client. */
  async release(client: Client): Promise<void> {
    this.connections.delete(client);
    // A connection that is lost already cannot be closed properly, and need not be.
    await this.wait(client.disconnect());
  }

  /** Closes every connection. The next use opens new ones. */
  async close(): Promise<void> {
    this.sharedAdmin = undefined;
    this.sharedProducer = undefined;
    await Promise.all([...this.connections].map((client) => this.release(client)));
  }

  /** An error with a remedy in place of the driver's, where there is one. */
  explain(error: unknown): unknown {
    return explained(error, this.brokers);
  }

  /** Waits for the end of `work`, for a bounded time. A failure of it does not matter. */
  private async wait(work: Promise<unknown>): Promise<void> {
    await this.inTime(DISCONNECT_MS, work).catch(() => undefined);
  }

  /** @throws KafkaUnreachableError where `work` takes longer than `ms` milliseconds. */
  inTime<T>(ms: number, work: Promise<T>): Promise<T> {
    const late = () => new KafkaUnreachableError(this.brokers, undefined);
    return withinTime(ms, work, late, this.host.runtime);
  }

  private makeProducer(config: ProducerConfig): Producer {
    const common = { allowAutoTopicCreation: false, retry: RETRY };
    return this.kafka.producer({ ...common, ...this.producerConfig, ...config });
  }

  private share<T extends Client>(client: T): SharedClient<T> {
    let connecting: Promise<T> | undefined;
    return {
      client,
      connected: () => {
        connecting ??= this.connect(client).catch((error: unknown) => {
          connecting = undefined;
          throw error;
        });
        return connecting;
      },
    };
  }

  private async connect<T extends Client>(client: T): Promise<T> {
    this.connections.add(client);
    try {
      // The other half is for what the client is to be asked.
      await this.inTime(this.host.limits.answerMs / 2, client.connect());
      return client;
    } catch (error) {
      await this.release(client);
      throw this.explain(error);
    }
  }
}
