import { jest } from '@jest/globals';
import type { Handles } from '@nestjs-flamingock/core/adapter';
import { transactionalTargetContract, type TargetBackend } from '@nestjs-flamingock/testing';
import { describeOn } from '../../../test/support/services/describe-on.js';
import { KafkaTopic } from '../../../test/support/kafka-topic.js';
import { producerOf, TestTargets, transactionOf } from './fixtures/open.js';
import { NoTransactionError } from './kafka.errors.js';

jest.setTimeout(120_000);

async function openTarget(brokers: string): Promise<TargetBackend> {
  const topic = await KafkaTopic.create(brokers);
  const targets = new TestTargets(brokers);
  return {
    target: targets.open(),
    second: async () => targets.open(),
    write: async (handles, key, value) => {
      await senderOf(handles).send({ topic: topic.name, messages: [{ key, value }] });
    },
    writeInVain: (handles) =>
      transactionOf(handles).send({ topic: topic.name, messages: [{ value: 'v', partition: 7 }] }),
    read: async (key) => (await topic.messages()).findLast((message) => message.key === key)?.value,
    close: async () => {
      await targets.remove();
      await topic.remove();
    },
  };
}

/** Whatever can send: outside a transaction its handle refuses everything. */
function senderOf(handles: Handles) {
  try {
    transactionOf(handles).isActive();
    return transactionOf(handles);
  } catch (error) {
    if (error instanceof NoTransactionError) return producerOf(handles);
    throw error;
  }
}

await describeOn(['kafka'], 'KafkaTargetSystem', ({ kafka }) => {
  for (const { title, run } of transactionalTargetContract(() => openTarget(kafka))) it(title, run);
});
