import { holdOf } from '@nestjs-flamingock/testing';
import { jest } from '@jest/globals';
import type { Handles, Marker } from '@nestjs-flamingock/core/adapter';
import {
  CoordinatorNotFoundError,
  KAFKA_TRANSACTION,
  KafkaAccessDeniedError,
} from '@nestjs-flamingock/kafka';
import {
  AclOperationTypes,
  AclPermissionTypes,
  AclResourceTypes,
  Kafka,
  ResourcePatternTypes,
  type Admin,
  type Transaction,
} from 'kafkajs';
import { KafkaTargetSystem } from '../../../libs/kafka/src/target/kafka.target-system.js';
import { describeOn } from '../../support/services/describe-on.js';
import { GuardedKafka } from './guarded-kafka.mjs';

jest.setTimeout(120_000);

const { READ, WRITE, DESCRIBE, DESCRIBE_CONFIGS, CREATE, DELETE } = AclOperationTypes;
const { TOPIC, GROUP, TRANSACTIONAL_ID } = AclResourceTypes;
const { LITERAL, PREFIXED } = ResourcePatternTypes;

/** What docs/kafka.md lists under "Rights". */
const RIGHTS = [
  [TOPIC, LITERAL, 'flamingock-markers', [READ, WRITE, DESCRIBE, DESCRIBE_CONFIGS, CREATE]],
  [TRANSACTIONAL_ID, PREFIXED, 'flamingock-markers/', [WRITE, DESCRIBE]],
  [GROUP, PREFIXED, 'flamingock-markers-', [READ, DELETE]],
  [TOPIC, LITERAL, 'events', [WRITE, DESCRIBE]],
] as const;

const EVERY_RIGHT = {
  resourceType: AclResourceTypes.ANY,
  resourcePatternType: ResourcePatternTypes.ANY,
  operation: AclOperationTypes.ANY,
  permissionType: AclPermissionTypes.ANY,
};

const MARKER: Marker = {
  ...holdOf(1),
  changeId: 'announce',
  executionId: '00000000-0000-4000-8000-000000000001',
  operation: 'EXECUTE',
};

await describeOn(['kafka'], 'a Kafka of its own', () => {
  let server: GuardedKafka;
  let admin: Admin;
  let target: KafkaTargetSystem;

  beforeAll(async () => {
    server = await GuardedKafka.start();
    admin = new Kafka(server.configOf('admin')).admin();
    await admin.connect();
  });
  beforeEach(async () => {
    await admin.createTopics({ topics: [{ topic: 'events' }] });
    target = new KafkaTargetSystem('catalog', new Kafka(server.configOf('inventory')), {});
  });
  afterEach(async () => {
    await target.close();
    await admin.deleteTopics({ topics: await ownTopics() });
    await admin.deleteAcls({ filters: [EVERY_RIGHT] });
  });
  afterAll(async () => {
    await admin.disconnect();
    await server.remove();
  });

  const ownTopics = async () => (await admin.listTopics()).filter((topic) => !topic.startsWith('__'));

  const grant = (rights: readonly (typeof RIGHTS)[number][]) =>
    admin.createAcls({
      acl: rights.flatMap(([resourceType, resourcePatternType, resourceName, operations]) =>
        operations.map((operation) => ({
          resourceType,
          resourcePatternType,
          resourceName,
          operation,
          principal: 'User:inventory',
          host: '*',
          permissionType: AclPermissionTypes.ALLOW,
        })),
      ),
    });

  const publish = async (handles: Handles) => {
    const transaction = handles.get(KAFKA_TRANSACTION) as Transaction;
    await transaction.send({ topic: 'events', messages: [{ value: 'one' }] });
  };

  it('asks for no more rights than are documented', async () => {
    await grant(RIGHTS);
    await target.markers.prepare();
    expect(await target.transaction(MARKER, publish, MARKER)).toEqual({ status: 'committed' });
    expect(await target.markers.read(holdOf(2), 'announce')).toEqual(MARKER);
    await target.markers.clear(holdOf(2), ['announce']);
    expect(await target.markers.read(holdOf(3), 'announce')).toBeUndefined();
    expect((await admin.listGroups()).groups).toEqual([]);
  });

  it.each([
    ['flamingock-markers', KafkaAccessDeniedError, /TOPIC_AUTHORIZATION_FAILED/],
    ['flamingock-markers/', CoordinatorNotFoundError, /transactional id .* lacks the rights/],
    ['flamingock-markers-', CoordinatorNotFoundError, /consumer group .* lacks the rights/],
    ['events', KafkaAccessDeniedError, /TOPIC_AUTHORIZATION_FAILED/],
  ])('says what to grant where those on %s are missing', async (name, expected, message) => {
    await grant(RIGHTS.filter(([, , granted]) => granted !== name));
    const outcome = await target.markers.prepare().then(
      () => target.transaction(MARKER, publish, MARKER),
      (error: unknown) => ({ error }),
    );
    const { error } = outcome as { error: unknown };
    expect(error).toBeInstanceOf(expected);
    expect(String(error)).toMatch(message);
  });

  it('keeps a transaction over its restart, or takes all of it back', async () => {
    await grant(RIGHTS);
    await target.markers.prepare();
    const { status } = await target.transaction(
      MARKER,
      async (handles) => {
        await publish(handles);
        await server.restart();
        await publish(handles);
      },
      MARKER,
    );
    const marker = await target.markers.read(holdOf(1), 'announce');
    expect(['committed', 'rolled-back', 'unknown']).toContain(status);
    if (status === 'committed') expect(marker).toEqual(MARKER);
    if (status === 'rolled-back') expect(marker).toBeUndefined();
    expect(await committedEvents()).toBe(marker ? 2 : 0);
  });

  async function committedEvents(): Promise<number> {
    let seen = 0;
    const kafka = new Kafka(server.configOf('admin'));
    const consumer = kafka.consumer({ groupId: 'seen' });
    const producer = kafka.producer();
    await Promise.all([consumer.connect(), producer.connect()]);
    await consumer.subscribe({ topics: ['events'], fromBeginning: true });
    await new Promise<void>((resolve) => {
      void consumer.run({
        eachMessage: async ({ message }) => {
          if (message.value?.toString() === 'last') resolve();
          else seen += 1;
        },
      });
      void producer.send({ topic: 'events', messages: [{ value: 'last' }] });
    });
    await Promise.all([consumer.disconnect(), producer.disconnect()]);
    return seen;
  }
});
