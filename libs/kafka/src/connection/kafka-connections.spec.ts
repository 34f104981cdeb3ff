import { FLAMINGOCK_ADAPTER_HOST } from '@nestjs-flamingock/core/adapter';
import { holdOf } from '@nestjs-flamingock/testing';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { ConfigResourceTypes, Kafka, logLevel, type KafkaConfig } from 'kafkajs';
import { describeOn } from '../../../../test/support/services/describe-on.js';
import { freePort } from '../../../../test/support/services/free-port.mjs';
import { quietKafka } from '../../../../test/support/kafka-topic.js';
import { createKafka } from './create-kafka.js';
import { adminOf, markerOf, TestTargets } from '../fixtures/open.js';
import { kafkaTargetSystem } from '../kafka.definitions.js';
import { KafkaUnreachableError, MarkersTopicMissingError, MarkersTopicPolicyError } from '../kafka.errors.js';
import { KafkaTargetSystem } from '../target/kafka.target-system.js';

/** Short, so that nobody waits long for what never answers. */
const QUICK = { logLevel: logLevel.NOTHING, connectionTimeout: 200, retry: { retries: 1 } };

/** Settings of a client that remembers its sockets. */
function watched(brokers: string, sockets: Socket[]): KafkaConfig {
  return {
    brokers: brokers.split(','),
    logLevel: logLevel.NOTHING,
    socketFactory: ({ host, port, onConnect }) => {
      const socket = connect({ host, port }, onConnect);
      sockets.push(socket);
      return socket;
    },
  };
}

describe('a Kafka that does not answer', () => {
  it('is named with its brokers, and with what to check', async () => {
    const brokers = [`127.0.0.1:${await freePort()}`, `127.0.0.1:${await freePort()}`];
    const { useFactory } = kafkaTargetSystem('events', { kafka: { ...QUICK, brokers } });
    const target = (useFactory as () => KafkaTargetSystem)();
    let called = 0;
    const attempts = [
      () => target.markers.prepare(),
      () => target.markers.read(holdOf(1), 'add-category'),
      () => target.run(markerOf(1), async () => void (called += 1)),
    ];
    for (const attempt of attempts) {
      const error = await attempt().then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(error).toBeInstanceOf(KafkaUnreachableError);
      expect((error as KafkaUnreachableError).brokers).toEqual(brokers);
      expect(String(error)).toMatch(new RegExp(`${brokers.join(', ')}.*advertised\\.listeners`));
      expect(target.isTransient(error)).toBe(true);
      expect(target.isTransient((error as Error).cause)).toBe(true);
    }
    expect(called).toBe(0);
    await target.close();
  });

  it('is named with the brokers that were tried, where only a client is known', async () => {
    const broker = `127.0.0.1:${await freePort()}`;
    const target = new KafkaTargetSystem('events', new Kafka({ ...QUICK, brokers: [broker] }), {});
    const outcome = await target.transaction(markerOf(1), async () => {}, markerOf(1));
    expect(outcome).toMatchObject({ status: 'rolled-back', error: expect.any(KafkaUnreachableError) });
    expect(String((outcome as { error: unknown }).error)).toContain(broker);
    await target.close();
  });
});

await describeOn(['kafka'], 'the connections of a target system', ({ kafka }) => {
  it('are opened when first needed, and all closed at the end', async () => {
    const targets = new TestTargets(kafka);
    const sockets: Socket[] = [];
    const target = new KafkaTargetSystem('events', new Kafka(watched(kafka, sockets)), {
      markersTopic: targets.markersTopic,
    });
    expect(sockets).toEqual([]);
    await target.markers.prepare();
    const marker = markerOf(1);
    await target.transaction(marker, async () => {}, marker);
    await target.transaction(marker, () => Promise.reject(new Error('failed')), marker);
    await target.run(marker, async (handles) => {
      await adminOf(handles).listTopics();
    });
    expect(sockets.length).toBeGreaterThan(0);
    await target.close();
    // Hangs if one of them stays open.
    for (const socket of sockets) if (!socket.closed) await once(socket, 'close');
    await targets.remove();
  });

  it.each<[string, (target: KafkaTargetSystem) => Promise<unknown>]>([
    ['preparing markers', (target) => target.markers.prepare()],
    ['reading a marker', (target) => target.markers.read(holdOf(1), 'add-category')],
    ['beginning a transaction', (target) => target.transaction(markerOf(1), async () => {}, markerOf(1))],
  ])('are closed at the end, too, where nobody waits any more for what uses them: %s', async (_, use) => {
    const targets = new TestTargets(kafka);
    const sockets: Socket[] = [];
    const target = new KafkaTargetSystem('events', new Kafka(watched(kafka, sockets)), {
      markersTopic: targets.markersTopic,
    });
    const abandoned = use(target).catch(() => undefined);
    await target.close();
    await abandoned;
    expect(sockets.length).toBeGreaterThan(0);
    for (const socket of sockets) if (!socket.closed) await once(socket, 'close');
    await targets.remove();
  });

  it('come from the application’s own client where there is one', async () => {
    const own = quietKafka(kafka);
    const TOKEN = Symbol('the application’s Kafka');
    const byToken = kafkaTargetSystem('events', { inject: TOKEN });
    expect(byToken.inject).toEqual([TOKEN, FLAMINGOCK_ADAPTER_HOST]);
    expect((byToken.useFactory as (client: Kafka) => KafkaTargetSystem)(own).resource).toBe(own);
    const given = kafkaTargetSystem('events', { kafka: own });
    expect((given.useFactory as () => KafkaTargetSystem)().resource).toBe(own);
  });

  it('log the noise of a start below the level of a warning', async () => {
    const levels = ['error', 'warn', 'debug', 'verbose'] as const;
    const [errors, warnings, debugs] = levels.map((level) =>
      jest.spyOn(Logger.prototype, level).mockImplementation(() => undefined),
    );
    const targets = new TestTargets(kafka);
    const client = createKafka({ brokers: kafka.split(',') });
    const target = new KafkaTargetSystem('events', client, { markersTopic: targets.markersTopic });
    await target.markers.prepare();
    for (const token of [1, 2]) await target.transaction(markerOf(token), async () => {}, markerOf(token));
    await target.close();
    await targets.remove();
    expect([errors?.mock.calls, warnings?.mock.calls]).toEqual([[], []]);
    // A refusal that was tried again: the topic that did not exist yet.
    expect(debugs?.mock.calls.flat().join()).toContain('This server does not host this topic-partition');
    jest.restoreAllMocks();
  });
});

await describeOn(['kafka'], 'the markers topic', ({ kafka }) => {
  let targets: TestTargets;
  beforeEach(() => (targets = new TestTargets(kafka)));
  afterEach(() => targets.remove());

  it('is created compacted, on one partition', async () => {
    await targets.open().markers.prepare();
    const topic = targets.markersTopic;
    await targets.open().run(markerOf(1), async (handles) => {
      const { topics } = await adminOf(handles).fetchTopicMetadata({ topics: [topic] });
      expect(topics[0]?.partitions).toHaveLength(1);
      const resources = [{ type: ConfigResourceTypes.TOPIC, name: topic, configNames: ['cleanup.policy'] }];
      const described = await adminOf(handles).describeConfigs({ resources, includeSynonyms: false });
      expect(described.resources[0]?.configEntries[0]?.configValue).toBe('compact');
    });
  });

  it('is refused where it would lose markers, with the command that fixes it', async () => {
    const target = targets.open();
    const topic = targets.markersTopic;
    await target.run(markerOf(1), async (handles) => {
      await adminOf(handles).createTopics({ topics: [{ topic }] });
    });
    const error = await target.markers.prepare().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(MarkersTopicPolicyError);
    expect(String(error)).toContain(`--entity-name ${topic} --add-config cleanup.policy=compact`);
  });

  it('cannot have more replicas than there are brokers, and the error shows how it is created', async () => {
    const target = targets.open({ markersReplicationFactor: 99 });
    const error = await target.markers.prepare().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(MarkersTopicMissingError);
    expect(String(error)).toContain(`--topic ${targets.markersTopic} --partitions 1 --replication-factor 99`);
  });

  it('may have more partitions than are used', async () => {
    const target = targets.open();
    const topic = targets.markersTopic;
    const configEntries = [{ name: 'cleanup.policy', value: 'compact' }];
    await target.run(markerOf(1), async (handles) => {
      await adminOf(handles).createTopics({ topics: [{ topic, numPartitions: 5, configEntries }] });
    });
    await target.markers.prepare();
    for (const changeId of ['a', 'b', 'c', 'd']) {
      const marker = markerOf(1, { changeId });
      await target.transaction(marker, async () => {}, marker);
      expect(await targets.open().markers.read(holdOf(1), changeId)).toEqual(marker);
    }
  });
});
