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
  RollbackExecution,
  TargetSystem,
  type ChangeClass,
} from '@nestjs-flamingock/core';
import { DataSource, EntityManager, type QueryRunner } from 'typeorm';
import { describeOnServers, type ServerEngine } from './fixtures/describe-engines.js';
import { Note } from './fixtures/note.entity.js';
import type { TestDatabase } from './fixtures/test-database.js';
import { InjectQueryRunner } from './inject-query-runner.decorator.js';
import { typeOrmAuditStore, typeOrmTargetSystem } from './typeorm.definitions.js';

/** How long statements of a session wait for locks. */
const PATIENCE: Record<ServerEngine, string> = {
  PostgreSQL: 'SHOW lock_timeout',
  PgBouncer: 'SHOW lock_timeout',
  MariaDB: 'SELECT @@innodb_lock_wait_timeout, @@lock_wait_timeout',
};

await describeOnServers('a change that live traffic is in the way of', (open, engine) => {
  let database: TestDatabase;
  let rival: QueryRunner;
  let app: INestApplicationContext | undefined;

  @Change({ id: 'edit-note', order: '1', author: 'ann', lockTimeoutMs: 200 })
  @TargetSystem('db')
  class EditNote {
    @Execution()
    async execute(manager: EntityManager): Promise<void> {
      await manager.update(Note, { key: 'a' }, { value: 'edited' });
    }
  }

  @Change({ id: 'add-rank', order: '1', author: 'ann', lockTimeoutMs: 200, transactional: false })
  @TargetSystem('db')
  class AddRank {
    @Execution()
    async execute(@InjectQueryRunner() runner: QueryRunner, source: DataSource): Promise<void> {
      const table = source
        .getMetadata(Note)
        .tablePath.split('.')
        .map((name) => source.driver.escape(name));
      await runner.query(`ALTER TABLE ${table.join('.')} ADD COLUMN ranked INTEGER`);
      // Each connection that it takes has the bound.
      bounds.push(await source.query(PATIENCE[engine]));
    }

    @RollbackExecution()
    rollback(): void {
      return;
    }
  }

  const bounds: unknown[] = [];

  beforeEach(async () => {
    bounds.length = 0;
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

  async function flamingock(change: ChangeClass = EditNote): Promise<FlamingockService> {
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
        FlamingockModule.forFeature({ stage: 'main', changes: [change] }),
      ],
    };
    app = await NestFactory.createApplicationContext(root, { logger: false });
    return app.get(FlamingockService);
  }

  it('leaves none of its bound in the pool', async () => {
    const service = await flamingock();
    const pool = app!.get(DataSource);
    const before: unknown = await pool.query(PATIENCE[engine]);
    await rival.rollbackTransaction();
    await service.execute();
    const after = await Promise.all(Array.from({ length: 12 }, () => pool.query(PATIENCE[engine])));
    expect(after).toEqual(after.map(() => before));
  });

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

  if (engine !== 'MariaDB') {
    it('cannot have the bound outside of transactions, and says why', async () => {
      const service = await flamingock(AddRank);
      await expect(service.plan()).rejects.toThrow(
        /lockTimeoutMs.*"db" cannot keep: outside of a transaction/s,
      );
    });
    return;
  }

  it('has the bound outside of transactions too, and leaves none of it in the pool', async () => {
    const service = await flamingock(AddRank);
    const pool = app!.get(DataSource);
    const before: unknown = await pool.query(PATIENCE[engine]);
    let ended: Promise<void> | undefined;
    app!.get(FlamingockEvents).on('change.retried', () => (ended ??= rival.commitTransaction()));
    expect((await service.execute()).changes).toMatchObject([{ result: 'executed' }]);
    await ended;
    const failed = (await service.audit.list({ history: true })).filter(({ error }) => error);
    expect(failed.map(({ state }) => state)).toContain('EXECUTION_FAILED');
    expect(bounds).not.toContainEqual(before);
    // More than there are connections in the pool.
    const after = await Promise.all(Array.from({ length: 12 }, () => pool.query(PATIENCE[engine])));
    expect(after).toEqual(after.map(() => before));
  });
});
