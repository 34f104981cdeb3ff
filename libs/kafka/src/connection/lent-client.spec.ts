import { ChangeStatements } from '@nestjs-flamingock/core/adapter';
import { Kafka, logLevel, type Producer } from 'kafkajs';
import { UnacknowledgedSendError } from '../kafka.errors.js';
import { lentClient } from './lent-client.js';

const BATCH = { topic: 'orders', messages: [{ value: 'v' }] };

describe('the producer that a change is lent', () => {
  const producer = new Kafka({ brokers: ['127.0.0.1:1'], logLevel: logLevel.NOTHING }).producer();
  let connections = 0;
  const connected = () => {
    connections += 1;
    return Promise.resolve(producer);
  };
  const lent = (): Producer =>
    lentClient({ client: producer, connected }, (error) => error, new ChangeStatements('announce'));

  it.each([
    ['send', () => lent().send({ ...BATCH, acks: 0 })],
    ['sendBatch', () => lent().sendBatch({ topicMessages: [BATCH], acks: 0 })],
  ])('sends nothing that nobody would answer: %s', async (method, send) => {
    await expect(send()).rejects.toMatchObject({ name: 'UnacknowledgedSendError', method });
    await expect(send()).rejects.toThrow(/Leave "acks" out, or write acks: -1/);
    expect(connections).toBe(0);
  });

  it('sends what a leader or all replicas answer', async () => {
    for (const acks of [undefined, 1, -1]) {
      const sending = lent().send({ ...BATCH, ...(acks !== undefined && { acks }) });
      await expect(sending).rejects.not.toBeInstanceOf(UnacknowledgedSendError);
    }
    expect(connections).toBe(3);
  });
});
