import 'reflect-metadata';
import { jest } from '@jest/globals';
import { Kafka } from 'kafkajs';
import { registrationFaults } from '../../../test/support/registration-faults.js';
import { kafkaTargetSystem } from './kafka.definitions.js';
import type { KafkaTargetSystem } from './target/kafka.target-system.js';

const target = (options?: unknown) => ({ targetSystems: [kafkaTargetSystem('events', options as never)] });
const KAFKA = { brokers: ['localhost:9092'] };

describe('a client that the application does not have', () => {
  it.each([[undefined], [{}], [{ kafka: undefined }]])(
    'is told with the option to write: %j',
    async (options) => {
      const faults = await registrationFaults(target(options));
      expect(faults.at(-1)).toMatch(
        /^kafkaTargetSystem\('events'\) has no client: write kafkaTargetSystem\('events', \{ kafka: \{ clientId: 'app', brokers: /,
      );
    },
  );

  it('is told with the token that nothing provides', async () => {
    expect(await registrationFaults(target({ inject: 'KAFKA' }))).toEqual([
      expect.stringMatching(
        /^kafkaTargetSystem\('events'\) injects KAFKA, which nothing provides: .*inject: TOKEN/,
      ),
    ]);
  });
});

describe('a client of another copy of kafkajs', () => {
  it('is taken for a client, and not for the configuration of one', async () => {
    jest.resetModules();
    const theirs = new (await import('kafkajs')).Kafka(KAFKA);
    expect(theirs).not.toBeInstanceOf(Kafka);
    const { useFactory } = kafkaTargetSystem('events', { kafka: theirs });
    expect((useFactory as () => KafkaTargetSystem)().resource).toBe(theirs);
  });
});

describe('an option that nobody knows', () => {
  it('is refused with the one that was meant', async () => {
    expect(await registrationFaults(target({ kafka: KAFKA, markerTopic: 'x' }))).toEqual([
      `kafkaTargetSystem('events') has no option "markerTopic": did you mean markersTopic?`,
    ]);
  });
});
