import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import type { DynamicModule, INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { getConnectionToken, InjectConnection, MongooseModule } from '@nestjs/mongoose';
import {
  Change,
  Execution,
  FlamingockModule,
  FlamingockService,
  TargetSystem,
  Verify,
  type ChangeClass,
  type TargetSystemDefinition,
} from '@nestjs-flamingock/core';
import { InjectKafkaTransaction, kafkaTargetSystem } from '@nestjs-flamingock/kafka';
import { mongooseTargetSystem } from '@nestjs-flamingock/mongoose';
import { InjectRedisTransaction, redisTargetSystem } from '@nestjs-flamingock/redis';
import { inMemoryAuditStore } from '@nestjs-flamingock/testing';
import { Redis, type ChainableCommander } from 'ioredis';
import type { Transaction } from 'kafkajs';
import type { Connection } from 'mongoose';
import { dropMongoDatabase } from '../../support/drop-mongo-database.js';
import { KafkaTopic, deleteTopic, quietKafka } from '../../support/kafka-topic.js';
import { describeOn } from '../../support/services/describe-on.js';

const OPTIONS = { id: 'a', order: '1', author: 'ann', verify: 'always' } as const;
const REFUSED = /was not sent: the @Verify\(\) of change "a" may only read/;

let app: INestApplicationContext;

/** Executes one change whose `@Verify()` writes, and resolves to why it failed. */
async function failureOf(
  change: ChangeClass,
  target: TargetSystemDefinition,
  imports: DynamicModule[] = [],
): Promise<string> {
  const flamingock = FlamingockModule.forRoot({
    service: 'shop',
    runAt: 'manual',
    auditStore: inMemoryAuditStore(),
    targetSystems: [target],
  });
  const feature = FlamingockModule.forFeature({ stage: 'main', changes: [change] });
  const root = { module: class App {}, imports: [...imports, flamingock, feature] };
  app = await NestFactory.createApplicationContext(root, { logger: false });
  return app
    .get(FlamingockService)
    .execute()
    .then(() => 'it was executed', String);
}

await describeOn(['mongodb'], "verify: 'always' in a transaction of MongoDB", ({ mongodb }) => {
  it('may only read', async () => {
    @Change(OPTIONS)
    @TargetSystem('target')
    class Insert {
      @Execution()
      async execute(@InjectConnection() connection: Connection): Promise<void> {
        await connection.collection<{ _id: string }>('notes').insertOne({ _id: 'a' });
      }
      @Verify()
      async verify(@InjectConnection() connection: Connection) {
        await connection.collection<{ _id: string }>('notes').deleteOne({ _id: 'b' });
        return 'applied' as const;
      }
    }
    const dbName = `verdicts_${randomUUID()}`;
    const database = MongooseModule.forRoot(mongodb, { dbName, retryAttempts: 0 });
    expect(await failureOf(Insert, mongooseTargetSystem('target'), [database])).toMatch(REFUSED);
    const connection = app.get<Connection>(getConnectionToken());
    expect(await connection.collection('notes').countDocuments()).toBe(0);
    await dropMongoDatabase(connection);
    await app.close();
  });
});

await describeOn(['kafka'], "verify: 'always' in a transaction of Kafka", ({ kafka }) => {
  it('may only read', async () => {
    const topic = await KafkaTopic.create(kafka, 1);
    const markersTopic = `markers-${randomUUID()}`;
    const message = (value: string) => ({ topic: topic.name, messages: [{ value }] });
    @Change(OPTIONS)
    @TargetSystem('target')
    class Send {
      @Execution()
      async execute(@InjectKafkaTransaction() transaction: Transaction): Promise<void> {
        await transaction.send(message('a'));
      }
      @Verify()
      async verify(@InjectKafkaTransaction() transaction: Transaction) {
        await transaction.send(message('b'));
        return 'applied' as const;
      }
    }
    const target = kafkaTargetSystem('target', { kafka: quietKafka(kafka), markersTopic });
    expect(await failureOf(Send, target)).toMatch(REFUSED);
    expect(await topic.values()).toEqual([]);
    await app.close();
    await topic.remove();
    await deleteTopic(kafka, markersTopic);
  });
});

await describeOn(['redis'], "verify: 'always' in a transaction of Redis", ({ redis }) => {
  it('may only read', async () => {
    const key = `verdicts-${randomUUID()}`;
    @Change(OPTIONS)
    @TargetSystem('target')
    class SetKey {
      @Execution()
      execute(@InjectRedisTransaction() transaction: ChainableCommander): void {
        transaction.set(key, 'a');
      }
      @Verify()
      verify(@InjectRedisTransaction() transaction: ChainableCommander) {
        transaction.set(key, 'b');
        return 'applied' as const;
      }
    }
    const client = new Redis(redis);
    const target = redisTargetSystem('target', { redis: client, keyPrefix: `${key}:` });
    expect(await failureOf(SetKey, target)).toMatch(REFUSED);
    expect(await client.exists(key)).toBe(0);
    await app.close();
    client.disconnect();
  });
});
