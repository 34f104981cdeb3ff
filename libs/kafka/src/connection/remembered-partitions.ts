import type { ICustomPartitioner, Message, ProducerBatch, RecordMetadata } from 'kafkajs';

/**
 * Keeps each message on the partition that was first chosen for it. kafkajs asks the partitioner again
 * when it repeats a request, and the default one sends a message without a key elsewhere the second time:
 * if only the answer to the first was lost, the message would be there twice.
 */
export class RememberedPartitions {
  private readonly chosen = new WeakMap<Message, number>();

  constructor(private readonly choose: ICustomPartitioner) {}

  /** The partitioner for a producer. */
  readonly createPartitioner: ICustomPartitioner = () => {
    const choose = this.choose();
    return (args) => {
      const partition = this.chosen.get(args.message) ?? choose(args);
      this.chosen.set(args.message, partition);
      return partition;
    };
  };

  /**
   * Partitions, as `topic:partition`, of messages that no broker has confirmed. kafkajs takes a batch for
   * sent once every broker that leads one of its partitions has answered, and loses sight of a partition
   * that moves to one which has answered before.
   */
  unconfirmed({ topicMessages = [] }: ProducerBatch, confirmed: readonly RecordMetadata[]): string[] {
    const places = topicMessages.flatMap(({ topic, messages }) =>
      messages.map((message) => `${topic}:${this.chosen.get(message)}`),
    );
    const seen = new Set(confirmed.map(({ topicName, partition }) => `${topicName}:${partition}`));
    return [...new Set(places)].filter((place) => !seen.has(place));
  }
}
