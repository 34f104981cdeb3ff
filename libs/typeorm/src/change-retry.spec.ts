import 'reflect-metadata';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import {
  Change,
  Execution,
  FlamingockEvents,
  FlamingockModule,
  FlamingockService,
  TargetSystem,
} from '@nestjs-flamingock/core';
import { EntityManager, type QueryRunner } from 'typeorm';
import { describeOnServers, type ServerEngine } from './fixtures/describe-engines.js';
import { Note } from './fixtures/note.entity.js';
import type { TestDatabase } from './fixtures/test-database.js';
import { typeOrmAuditStore, typeOrmTargetSystem } from './typeorm.definitions.js';

/** Has a statement give up soon that waits for a row. */
const BE_IMPATIENT: Record<ServerEngine, string> = {
  PostgreSQL: "SET LOCAL lock_timeout = '200ms'",
  PgBouncer: "SET LOCAL lock_timeout = '200ms'",
  MariaDB: 'SET SESSION innodb_lock_wait_timeout = 1',
};

await describeOnServers('a change that live traffic is in the way of', (open, engine) => {
  let database: TestDatabase;
  let rival: QueryRunner;
  let app: INestApplicationContext | undefined;

  @Change({ id: 'edit-note', order: '1', author: 'ann' })
  @TargetSystem('db')
  class EditNote {
    @Execution()
    async execute(manager: EntityManager): Promise<void> {
      await manager.query(BE_IMPATIENT[engine]);
      await manager.update(Note, { key: 'a' }, { value: 'edited' });
    }
  }

  beforeEach(async () => {
    database = await open();
    const traffic = await database.connect();
    await traffic.getRepository(Note).save({ key: 'a', value: '1' });
    rival = traffic.createQueryRunner();
    await rival.startTransaction();
    await rival.manager.update(Note, { key: 'a' }, { value: '2' });
  });
  afterEach(async () => {
    if (rival.isTransactionActive) await rival.rollbackTransaction();
    await rival.release();
    await app?.close();
    await database.remove();
  });

  async function flamingock(): Promise<FlamingockService> {
    const { options } = await database.connect();
    const root = {
      module: class App {},
      imports: [
        TypeOrmModule.forRoot(options),
        FlamingockModule.forRoot({
          service: 'shop',
          runAt: 'manual',
          retry: { initialMs: 1, maxMs: 1 },
          auditStore: typeOrmAuditStore(),
          targetSystems: [typeOrmTargetSystem('db')],
        }),
        FlamingockModule.forFeature({ stage: 'main', changes: [EditNote] }),
      ],
    };
    app = await NestFactory.createApplicationContext(root, { logger: false });
    return app.get(FlamingockService);
  }

  it('is applied by a later attempt, once what was in the way has ended, and says so in its history', async () => {
    const service = await flamingock();
    let ended: Promise<void> | undefined;
    app!.get(FlamingockEvents).on('change.retried', () => {
      ended ??= rival.commitTransaction();
    });
    expect((await service.execute()).changes).toMatchObject([{ result: 'executed' }]);
    await ended;
    const reader = await database.connect();
    expect(await reader.manager.findOneBy(Note, { key: 'a' })).toMatchObject({ value: 'edited' });
    const entries = await service.audit.list({ history: true });
    expect(entries.slice(0, 3).map(({ state }) => state)).toEqual([
      'STARTED',
      'EXECUTION_FAILED',
      'ROLLED_BACK',
    ]);
    expect(entries.at(-1)).toMatchObject({
      state: 'EXECUTED',
      metadata: { attempt: expect.stringMatching(/^[23]$/) },
    });
  });

  it('fails after three attempts, and nothing of it is left', async () => {
    const service = await flamingock();
    await expect(service.execute()).rejects.toMatchObject({
      code: 'FLAMINGOCK_CHANGE_FAILED',
      report: { changes: [{ state: 'ROLLED_BACK' }] },
    });
    const failed = (await service.audit.list({ history: true })).filter(
      ({ state }) => state === 'EXECUTION_FAILED',
    );
    expect(failed.map(({ metadata }) => metadata['attempt'])).toEqual([undefined, '2', '3']);
    expect(await service.issues.list()).toEqual([]);
  });
});
