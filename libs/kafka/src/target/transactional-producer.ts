import type { Producer, Transaction } from 'kafkajs';
import { retryFor } from '../connection/retry-for.js';
import { isPassing } from '../connection/driver-error.js';
import type { KafkaClients } from '../connection/kafka-clients.js';
import { RememberedPartitions } from '../connection/remembered-partitions.js';
import type { ResolvedKafkaSettings } from '../kafka.options.js';

/** How long Kafka may take to end the transaction that was open before, in milliseconds. */
const INITIALISE_MS = 30_000;

/**
 * A producer that has initialised its transactional id: whatever was open under it is ended, and nothing
 * that an earlier producer of it still sends is accepted.
 */
export class TransactionalProducer {
  private constructor(
    private readonly clients: KafkaClients,
    private readonly producer: Producer,
    readonly partitions: RememberedPartitions,
  ) {}

  static async initialise(
    clients: KafkaClients,
    transactionalId: string,
    { createPartitioner, transactionTimeoutMs }: ResolvedKafkaSettings,
  ): Promise<TransactionalProducer> {
    const partitions = new RememberedPartitions(createPartitioner);
    const producer = await clients.newProducer({
      transactionalId,
      transactionTimeout: transactionTimeoutMs,
      createPartitioner: partitions.createPartitioner,
    });
    try {
      // kafkajs initialises the id with the first transaction, of which Kafka hears only when it sends something.
      const first = await retryFor(INITIALISE_MS, isPassing, () => producer.transaction());
      await first.abort();
    } catch (error) {
      await clients.release(producer);
      throw clients.explain(error);
    }
    return new TransactionalProducer(clients, producer, partitions);
  }

  /** A transaction, of which Kafka hears with its first message. */
  begin(): Promise<Transaction> {
    return this.producer.transaction();
  }

  /** Closes the connection. What is open on it is ended by the next one to initialise the id, or its timeout. */
  close(): Promise<void> {
    return this.clients.release(this.producer);
  }
}
