import type { Producer, Transaction } from 'kafkajs';
import { retryFor } from '../connection/retry-for.js';
import { isPassing } from '../connection/driver-error.js';
import type { KafkaClients } from '../connection/kafka-clients.js';
import { RememberedPartitions } from '../connection/remembered-partitions.js';
import type { ResolvedKafkaSettings } from '../kafka.options.js';

/**
 * A producer that has initialised its transactional id: a transaction that was open under it is ended, and the
 * brokers refuse all that an earlier producer of it still sends.
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
      // Until then Kafka ends what was open before.
      const { host } = clients;
      const first = await retryFor(host, host.limits.takeOverMs, isPassing, () => producer.transaction());
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
