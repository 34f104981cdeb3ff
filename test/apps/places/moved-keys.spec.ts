import { randomUUID } from 'node:crypto';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import {
  Change,
  Execution,
  FlamingockModule,
  FlamingockService,
  TargetSystem,
  type ChangeClass,
} from '@nestjs-flamingock/core';
import { InjectRedisTransaction, redisTargetSystem } from '@nestjs-flamingock/redis';
import { typeOrmAuditStore } from '@nestjs-flamingock/typeorm';
import { Redis, type ChainableCommander } from 'ioredis';
import { describeOn } from '../../support/services/describe-on.js';
import { sqliteFile, type SqlDatabase } from '../../support/sql-database.js';

await describeOn(['redis'], 'a Redis whose proofs are looked for under another name', ({ redis: url }) => {
  const effects = `effects-${randomUUID()}`;
  let history: SqlDatabase;
  let client: Redis;

  beforeEach(async () => {
    history = await sqliteFile();
    client = new Redis(url);
  });
  afterEach(async () => {
    await client.del(effects, `${effects}:fences`, `${effects}:markers`);
    client.disconnect();
    await history.drop();
  });

  function counting(id: string): ChangeClass {
    @Change({ id, order: id, author: 'team' })
    @TargetSystem('cache')
    class Counting {
      @Execution()
      execute(@InjectRedisTransaction() tx: ChainableCommander): void {
        tx.rpush(effects, id);
      }
    }
    return Counting;
  }

  async function start(ids: readonly string[], keyPrefix = `${effects}:`): Promise<string> {
    class Application {}
    const module = {
      module: Application,
      imports: [
        TypeOrmModule.forRoot({ ...history.options.typeorm, retryAttempts: 0 }),
        FlamingockModule.forRoot({
          auditStore: typeOrmAuditStore(),
          targetSystems: [redisTargetSystem('cache', { redis: client, keyPrefix })],
          service: 'inventory',
          runAt: 'manual',
        }),
        FlamingockModule.forFeature({ stage: 'all', changes: ids.map(counting) }),
      ],
    };
    const app = await NestFactory.createApplicationContext(module, { logger: false, abortOnError: false });
    try {
      return (await app.get(FlamingockService).execute()).status;
    } finally {
      await app.close();
    }
  }

  it('gets no further change, be it another prefix or another selected database', async () => {
    expect(await start(['one'])).toBe('applied');
    await expect(start(['one', 'two'], `${effects}:moved:`)).rejects.toMatchObject({
      name: 'LostWritesError',
    });
    await client.select(1);
    await expect(start(['one', 'two'])).rejects.toMatchObject({ name: 'LostWritesError' });
    await client.select(0);
    expect(await start(['one', 'two'])).toBe('applied');
    expect(await client.lrange(effects, 0, -1)).toEqual(['one', 'two']);
  });
});
