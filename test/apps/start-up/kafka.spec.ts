import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { Controller, Inject, Injectable, type DynamicModule, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  ClientKafka,
  ClientsModule,
  EventPattern,
  Transport,
  type KafkaOptions,
} from '@nestjs/microservices';
import { Change, Execution, FlamingockModule, TargetSystem } from '@nestjs-flamingock/core';
import { ensureTopics, InjectKafkaAdmin, kafkaTargetSystem } from '@nestjs-flamingock/kafka';
import { inMemoryAuditStore } from '@nestjs-flamingock/testing';
import { logLevel, type Admin } from 'kafkajs';
import { describeOn } from '../../support/services/describe-on.js';
import { KafkaTopic, quietKafka } from '../../support/kafka-topic.js';

const quiet = { logger: false, abortOnError: false } as const;

await describeOn(['kafka'], 'a topic that a change makes is there', ({ kafka: brokers }) => {
  let topic: string;
  let consumed: () => void;
  let consumption: Promise<void>;
  // The first group that a broker ever sees waits for a coordinator, longer than a consumer that gives up.
  beforeAll(async () => {
    const any = await KafkaTopic.create(brokers);
    await any.messages();
    await any.remove();
  });
  beforeEach(() => {
    topic = `orders-${randomUUID()}`;
    consumption = new Promise((resolve) => (consumed = resolve));
  });

  const client = { brokers: brokers.split(','), logLevel: logLevel.NOTHING };
  /** A consumer that neither makes a topic nor begins again once it has failed. */
  const transport = (): KafkaOptions => ({
    transport: Transport.KAFKA,
    options: {
      client: { brokers: client.brokers },
      consumer: {
        groupId: `group-${topic}`,
        allowAutoTopicCreation: false,
        retry: { restartOnFailure: () => Promise.resolve(false) },
      },
      subscribe: { fromBeginning: true },
    },
  });

  function root(more: {
    controllers?: Type[];
    imports?: DynamicModule[];
    providers?: Type[];
  }): DynamicModule {
    @Change({ id: 'topics', order: '0001', author: 'team', transactional: false })
    @TargetSystem('events')
    class Topics {
      @Execution()
      async execute(@InjectKafkaAdmin() admin: Admin): Promise<void> {
        const wanted = [topic, `${topic}.reply`].map((name) => ({ topic: name, partitions: 1 }));
        await ensureTopics(admin, wanted);
      }
    }
    class RootModule {}
    const auditStore = inMemoryAuditStore();
    const targetSystems = [kafkaTargetSystem('events', { kafka: client })];
    const ours = [
      FlamingockModule.forRoot({ auditStore, targetSystems }),
      FlamingockModule.forFeature({ stage: 'main', changes: [Topics] }),
    ];
    return { module: RootModule, ...more, imports: [...(more.imports ?? []), ...ours] };
  }

  function orders(): Type {
    @Controller()
    class Orders {
      @EventPattern(topic)
      handle(order: unknown): void {
        if (order) consumed();
      }
    }
    return Orders;
  }

  async function send(): Promise<void> {
    const producer = quietKafka(brokers).producer();
    await producer.connect();
    await producer.send({ topic, messages: [{ value: '{"id":1}' }] });
    await producer.disconnect();
  }

  it('for a consumer of createMicroservice()', async () => {
    const app = await NestFactory.createMicroservice(root({ controllers: [orders()] }), {
      ...transport(),
      ...quiet,
    });
    await app.listen();
    await send();
    await consumption;
    await app.close();
  });

  it('for a consumer of startAllMicroservices() before listen()', async () => {
    const app = await NestFactory.create(root({ controllers: [orders()] }), quiet);
    app.connectMicroservice(transport());
    await app.startAllMicroservices();
    await app.listen(0);
    await send();
    await consumption;
    await app.close();
  });

  it('for a client that connects in onModuleInit', async () => {
    @Injectable()
    class Caller {
      constructor(@Inject('CLIENT') private readonly kafka: ClientKafka) {}
      async onModuleInit(): Promise<void> {
        this.kafka.subscribeToResponseOf(topic);
        await this.kafka.connect();
        consumed();
      }
    }
    const clients = ClientsModule.register([{ name: 'CLIENT', ...transport() }]);
    const app = await NestFactory.createApplicationContext(
      root({ imports: [clients], providers: [Caller] }),
      quiet,
    );
    await consumption;
    await app.close();
  });
});
