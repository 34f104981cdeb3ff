import { randomUUID } from 'node:crypto';
import type { Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { MongooseModule } from '@nestjs/mongoose';
import {
  Change,
  Execution,
  FlamingockModule,
  FlamingockService,
  TargetSystem,
  type TargetSystemDefinition,
} from '@nestjs-flamingock/core';
import { kafkaTargetSystem } from '@nestjs-flamingock/kafka';
import { mongooseTargetSystem } from '@nestjs-flamingock/mongoose';
import { redisTargetSystem } from '@nestjs-flamingock/redis';
import { typeOrmAuditStore, typeOrmTargetSystem } from '@nestjs-flamingock/typeorm';
import { Redis } from 'ioredis';
import { describeOn } from '../../support/services/describe-on.js';
import { deleteTopic } from '../../support/kafka-topic.js';
import { sqliteFile, type SqlDatabase } from '../../support/sql-database.js';

/** The target system that two applications share, and what each imports to reach it. */
interface Shared {
  readonly imports: readonly object[];
  readonly target: TargetSystemDefinition;
}

let ran: string[];
let wait: () => Promise<unknown>;

function counting(id: string): Type {
  @Change({ id, order: id, author: 'team' })
  @TargetSystem('shared')
  class Counting {
    @Execution()
    async execute(): Promise<void> {
      ran.push(`begun ${id}`);
      await wait();
      ran.push(id);
    }
  }
  return Counting;
}

async function start(history: SqlDatabase, shared: Shared, ids: readonly string[], service = 'shop') {
  return withApplication(history, { ...shared, ids, service }, async (flamingock) => {
    return (await flamingock.execute()).status;
  });
}

interface Application extends Shared {
  readonly ids: readonly string[];
  readonly service: string;
}

async function withApplication<T>(
  history: SqlDatabase,
  { imports, target, ids, service }: Application,
  work: (flamingock: FlamingockService) => Promise<T>,
): Promise<T> {
  class Application {}
  const module = {
    module: Application,
    imports: [
      ...(imports as never[]),
      TypeOrmModule.forRoot({ ...history.options.typeorm, retryAttempts: 0 }),
      FlamingockModule.forRoot({
        auditStore: typeOrmAuditStore(),
        targetSystems: [target],
        service,
        runAt: 'manual',
      }),
      FlamingockModule.forFeature({ stage: 'all', changes: ids.map(counting) }),
    ],
  };
  const app = await NestFactory.createApplicationContext(module, { logger: false, abortOnError: false });
  try {
    return await work(app.get(FlamingockService));
  } finally {
    await app.close();
  }
}

/** Applications with a history of their own each, and the same name, on one target system. */
function keepApart(shared: () => Shared): void {
  let histories: SqlDatabase[];

  beforeEach(async () => {
    ran = [];
    wait = () => Promise.resolve();
    histories = [await sqliteFile(), await sqliteFile()];
  });
  afterEach(async () => {
    for (const history of histories) await history.drop();
  });

  it('lets each apply its changes', async () => {
    const [one, two] = histories as [SqlDatabase, SqlDatabase];
    expect(await start(one, shared(), ['1'])).toBe('applied');
    expect(await start(two, shared(), ['1'])).toBe('applied');
    expect(await start(one, shared(), ['1', '2'])).toBe('applied');
    expect(await start(two, shared(), ['1', '2'])).toBe('applied');
    expect(await start(two, shared(), ['1', '2'])).toBe('up-to-date');
  });

  it('lets one go on under another name', async () => {
    const [one] = histories as [SqlDatabase];
    await start(one, shared(), ['1']);
    const renaming = { ...shared(), ids: ['1'], service: 'store' };
    const rename = { from: 'shop', to: 'store' };
    await withApplication(one, renaming, (flamingock) => flamingock.service.rename(rename));
    expect(await start(one, shared(), ['1', '2'], 'store')).toBe('applied');
    expect(ran).toEqual(['begun 1', '1', 'begun 2', '2']);
  });

  it('lets neither end what the other has begun', async () => {
    const [one, two] = histories as [SqlDatabase, SqlDatabase];
    let open: () => void = () => undefined;
    const passed = new Promise<void>((resolve) => (open = resolve));
    wait = () => passed;
    const first = start(one, shared(), ['1']);
    while (ran.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    wait = () => Promise.resolve();
    expect(await start(two, shared(), ['1'])).toBe('applied');
    open();
    expect(await first).toBe('applied');
    expect(ran).toEqual(['begun 1', 'begun 1', '1', '1']);
  });
}

await describeOn(['redis'], 'a Redis that two histories of one name share', ({ redis: url }) => {
  const keyPrefix = `shared-${randomUUID()}:`;
  const client = new Redis(url, { lazyConnect: true });
  afterAll(async () => {
    await client.del(`${keyPrefix}fences`, `${keyPrefix}markers`);
    client.disconnect();
  });
  keepApart(() => ({ imports: [], target: redisTargetSystem('shared', { redis: client, keyPrefix }) }));
});

await describeOn(['kafka'], 'a Kafka that two histories of one name share', ({ kafka: brokers }) => {
  const markersTopic = `shared-${randomUUID()}`;
  afterAll(() => deleteTopic(brokers, markersTopic));
  keepApart(() => ({
    imports: [],
    target: kafkaTargetSystem('shared', { kafka: { brokers: brokers.split(',') }, markersTopic }),
  }));
});

await describeOn(['mongodb'], 'a MongoDB that two histories of one name share', ({ mongodb: uri }) => {
  const dbName = `shared_${randomUUID().slice(0, 8)}`;
  keepApart(() => ({
    imports: [MongooseModule.forRoot(uri, { dbName, retryAttempts: 0 })],
    target: mongooseTargetSystem('shared'),
  }));
});

await describeOn(['postgres'], 'a PostgreSQL that two histories of one name share', ({ postgres: url }) => {
  const tablePrefix = `shared_${randomUUID().slice(0, 8)}_`;
  keepApart(() => ({
    imports: [TypeOrmModule.forRoot({ name: 'shared', type: 'postgres', url, retryAttempts: 0 })],
    target: typeOrmTargetSystem('shared', { dataSource: 'shared', tablePrefix }),
  }));
});
