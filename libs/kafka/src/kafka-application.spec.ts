import { Inject } from '@nestjs/common';
import {
  Change,
  Execution,
  FlamingockModule,
  FlamingockService,
  RollbackExecution,
  TargetSystem,
} from '@nestjs-flamingock/core';
import { FlamingockTest, inMemoryAuditStore } from '@nestjs-flamingock/testing';
import { Kafka, type Admin, type Producer, type Transaction } from 'kafkajs';
import { describeOn } from '../../../test/support/services/describe-on.js';
import { KafkaTopic, quietKafka } from '../../../test/support/kafka-topic.js';
import { TestTargets } from './fixtures/open.js';
import { InjectKafkaAdmin, InjectKafkaProducer, InjectKafkaTransaction } from './inject-kafka.decorators.js';
import { kafkaTargetSystem } from './kafka.definitions.js';

const TOPIC = 'the topic of events';
const seen: unknown[] = [];

@Change({ id: 'look-around', order: '0001', author: 'team-catalog', transactional: false })
@TargetSystem('catalog-events')
class LookAround {
  @Execution()
  async execute(
    kafka: Kafka,
    @InjectKafkaAdmin() admin: Admin,
    @InjectKafkaProducer() producer: Producer,
    @Inject(TOPIC) topic: { name: string },
  ): Promise<void> {
    seen.push(typeof kafka.consumer, (await admin.listTopics()).includes(topic.name));
    await producer.send({ topic: topic.name, messages: [{ value: 'looked around' }] });
  }
}

@Change({ id: 'announce', order: '0002', author: 'team-catalog' })
@TargetSystem('catalog-events')
class Announce {
  @Execution()
  async execute(
    @InjectKafkaTransaction() transaction: Transaction,
    @Inject(TOPIC) topic: { name: string },
  ): Promise<void> {
    await transaction.send({ topic: topic.name, messages: [{ value: 'announced' }] });
  }

  @RollbackExecution()
  async rollback(
    @InjectKafkaTransaction() transaction: Transaction,
    @Inject(TOPIC) topic: { name: string },
  ): Promise<void> {
    await transaction.send({ topic: topic.name, messages: [{ value: 'revoked' }] });
  }
}

await describeOn(['kafka'], 'an application with a Kafka of its own', ({ kafka }) => {
  const KAFKA = Symbol('the application’s Kafka');
  let topic: KafkaTopic;
  let targets: TestTargets;

  beforeEach(async () => {
    topic = await KafkaTopic.create(kafka);
    targets = new TestTargets(kafka);
  });
  afterEach(async () => {
    await targets.remove();
    await topic.remove();
  });

  function application() {
    class KafkaModule {}
    const provider = { provide: KAFKA, useFactory: () => quietKafka(kafka) };
    const imports = [{ module: KafkaModule, providers: [provider], exports: [KAFKA] }];
    const provide = [{ provide: TOPIC, useValue: { name: topic.name } }];
    const { markersTopic } = targets;
    return [
      FlamingockModule.forRoot({
        auditStore: inMemoryAuditStore(),
        targetSystems: [
          kafkaTargetSystem('catalog-events', { inject: KAFKA, imports, markersTopic, provide }),
        ],
      }),
      FlamingockModule.forFeature({ stage: 'catalog', changes: [LookAround, Announce] }),
    ];
  }

  it('lends its changes what they ask for, records what they did, and undoes it', async () => {
    const flamingock = await FlamingockTest.create({ imports: application() });
    expect((await flamingock.run()).status).toBe('applied');
    expect(seen).toEqual(['function', true]);
    expect(await flamingock.states()).toEqual({
      'look-around': ['STARTED', 'EXECUTED'],
      announce: ['STARTED', 'EXECUTED'],
    });
    expect(await topic.values()).toEqual(['announced', 'looked around']);
    await flamingock.module
      .get(FlamingockService, { strict: false })
      .undo({ changeId: 'announce' }, { reason: 'test' });
    expect(await topic.values()).toEqual(['announced', 'looked around', 'revoked']);
    expect((await flamingock.states())['announce']).toEqual([
      'STARTED',
      'EXECUTED',
      'STARTED',
      'ROLLED_BACK',
    ]);
    await flamingock.close();
  });
});
