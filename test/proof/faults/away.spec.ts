import { Inject, Logger } from '@nestjs/common';
import { getConnectionToken } from '@nestjs/mongoose';
import { getDataSourceToken } from '@nestjs/typeorm';
import {
  Change,
  Execution,
  FlamingockModule,
  RollbackExecution,
  TargetSystem,
  type TargetSystemDefinition,
} from '@nestjs-flamingock/core';
import { kafkaTargetSystem } from '@nestjs-flamingock/kafka';
import { mongooseTargetSystem } from '@nestjs-flamingock/mongoose';
import { redisTargetSystem } from '@nestjs-flamingock/redis';
import { FlamingockTest, inMemoryAuditStore } from '@nestjs-flamingock/testing';
import { typeOrmTargetSystem } from '@nestjs-flamingock/typeorm';
import { Redis } from 'ioredis';
import { logLevel } from 'kafkajs';
import { createConnection } from 'mongoose';
import { DataSource } from 'typeorm';
import { describeOn } from '../../support/services/describe-on.js';
import { freePort } from '../../support/services/free-port.mjs';
import { TcpProxy } from '../../support/tcp-proxy.js';

const CALLS = Symbol('what was called');
const QUICK = { logLevel: logLevel.NOTHING, connectionTimeout: 200, retry: { retries: 1 } };

@Change({ id: 'publish', order: '0001', author: 'team-catalog', transactional: false })
@TargetSystem('away')
class Publish {
  constructor(@Inject(CALLS) private readonly calls: string[]) {}

  @Execution()
  execute(): void {
    this.calls.push('execute');
  }

  @RollbackExecution()
  rollback(): void {
    this.calls.push('rollback');
  }
}

/** A target system, on connections that were made while it was there. */
interface Away {
  readonly target: TargetSystemDefinition;
  /** What the application has besides. */
  readonly client?: { readonly provide: symbol | string | typeof DataSource; readonly useValue: unknown };
  close(): Promise<unknown>;
}

beforeAll(() => void Logger.overrideLogger(false));

let proxy: TcpProxy | undefined;
afterEach(() => proxy?.close());

async function onSql(type: 'postgres' | 'mariadb', url: string): Promise<Away> {
  const dataSource = await new DataSource({ type, url }).initialize();
  const client = { provide: getDataSourceToken() as typeof DataSource, useValue: dataSource };
  return { target: typeOrmTargetSystem('away'), client, close: () => dataSource.destroy() };
}

async function onMongo(url: string): Promise<Away> {
  const connection = await createConnection(url, { serverSelectionTimeoutMS: 500 }).asPromise();
  const client = { provide: getConnectionToken(), useValue: connection };
  return { target: mongooseTargetSystem('away'), client, close: () => connection.close() };
}

async function onRedis(url: string): Promise<Away> {
  const redis = new Redis(url).on('error', () => undefined);
  await redis.ping();
  return { target: redisTargetSystem('away', { redis }), close: async () => redis.disconnect() };
}

async function onKafka(): Promise<Away> {
  const kafka = { ...QUICK, brokers: [`127.0.0.1:${await freePort()}`] };
  return { target: kafkaTargetSystem('away', { kafka }), close: async () => undefined };
}

/** Starts while the target system is away, and again when it `isBack`. */
async function startTwice({ target, client, close }: Away, away: () => void, isBack?: () => void) {
  const calls: string[] = [];
  class Clients {}
  const providers = [{ provide: CALLS, useValue: calls }, ...(client ? [client] : [])];
  const flamingock = await FlamingockTest.create({
    imports: [
      { module: Clients, global: true, providers, exports: providers.map(({ provide }) => provide) },
      FlamingockModule.forRoot({ auditStore: inMemoryAuditStore(), targetSystems: [target] }),
      FlamingockModule.forFeature({ stage: 'catalog', changes: [Publish] }),
    ],
  });
  try {
    away();
    await flamingock.run();
    expect(calls).toEqual([]);
    expect(await flamingock.states()).toEqual({ publish: ['STARTED', 'EXECUTION_FAILED', 'ROLLED_BACK'] });
    if (!isBack) return;
    isBack();
    expect((await flamingock.run()).status).toBe('applied');
    expect(calls).toEqual(['execute']);
  } finally {
    await flamingock.close();
    await close();
  }
}

await describeOn(
  ['postgres', 'mariadb', 'mongodb', 'redis'],
  'a change outside of transactions whose target system is away',
  ({ postgres, mariadb, mongodb, redis }) => {
    it.each([
      ['PostgreSQL', postgres, (url: string) => onSql('postgres', url)],
      ['MariaDB', mariadb, (url: string) => onSql('mariadb', url)],
      ['MongoDB', mongodb, onMongo],
      ['Redis', redis, onRedis],
    ])('has done nothing, and runs once %s is back', async (_name, url, open) => {
      const between = (proxy = await TcpProxy.before(url));
      await startTwice(
        await open(between.through(url)),
        () => between.down(),
        () => between.up(),
      );
    });

    it('has done nothing where it is Kafka', async () => {
      await startTwice(await onKafka(), () => undefined);
    });
  },
);
