import { Partitioners, type Message, type RecordMetadata } from 'kafkajs';
import { RememberedPartitions } from './remembered-partitions.js';

const PARTITIONS = [0, 1, 2].map((partitionId) => ({
  partitionId,
  partitionErrorCode: 0,
  leader: 1,
  replicas: [1],
  isr: [1],
}));

const confirmation = (partition: number): RecordMetadata => ({
  topicName: 'events',
  partition,
  errorCode: 0,
});

describe('RememberedPartitions', () => {
  const open = () => {
    const partitions = new RememberedPartitions(Partitioners.DefaultPartitioner);
    const choose = partitions.createPartitioner();
    const place = (message: Message) => choose({ topic: 'events', partitionMetadata: PARTITIONS, message });
    return { partitions, place };
  };

  it('spreads messages without a key, and repeats its choice for each of them', () => {
    const { place } = open();
    const messages = Array.from({ length: 7 }, () => ({ value: 'same' }));
    const first = messages.map(place);
    expect(new Set(first).size).toBe(3);
    expect(messages.map(place)).toEqual(first);
  });

  it('misses the partitions that no broker has confirmed', () => {
    const { partitions, place } = open();
    const messages = [0, 1, 1, 2].map((partition) => ({ value: 'v', partition }));
    messages.forEach(place);
    const batch = { topicMessages: [{ topic: 'events', messages }] };
    expect(partitions.unconfirmed(batch, [0, 1, 2].map(confirmation))).toEqual([]);
    expect(partitions.unconfirmed(batch, [confirmation(0)])).toEqual(['events:1', 'events:2']);
  });
});
