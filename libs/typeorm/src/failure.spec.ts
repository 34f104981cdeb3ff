import 'reflect-metadata';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import {
  Change,
  ChangeContext,
  Execution,
  FlamingockModule,
  FlamingockService,
  TargetSystem,
  type ChangeOptions,
  type FlamingockSettings,
} from '@nestjs-flamingock/core';
import { EntityManager } from 'typeorm';
import { describeOnEngines } from './fixtures/describe-engines.js';
import { Note } from './fixtures/note.entity.js';
import { noteTable } from './fixtures/notes.js';
import type { TestDatabase } from './fixtures/test-database.js';
import { typeOrmAuditStore, typeOrmTargetSystem } from './typeorm.definitions.js';

await describeOnEngines('a change that fails', (open, engine) => {
  let database: TestDatabase;
  let app: INestApplicationContext | undefined;

  beforeEach(async () => {
    database = await open();
  });
  afterEach(async () => {
    await app?.close();
    await database.remove();
  });

  /** An application with one change, which writes a note that may be there already. */
  async function flamingock(
    options: Partial<ChangeOptions> = {},
    settings: FlamingockSettings = {},
  ): Promise<FlamingockService> {
    await app?.close();
    const connection = await database.connect();
    const table = noteTable(connection);
    @Change({ id: 'add-note', order: '1', author: 'ann', ...options })
    @TargetSystem('db')
    class AddNote {
      @Execution()
      async execute(manager: EntityManager, context: ChangeContext): Promise<void> {
        context.progress(1, 2, 'the second note');
        await manager.query(`INSERT INTO ${table} VALUES ('a', 's3cret')`);
      }
    }
    const root = {
      module: class App {},
      imports: [
        TypeOrmModule.forRoot(connection.options),
        FlamingockModule.forRoot({
          service: 'shop',
          runAt: 'manual',
          auditStore: typeOrmAuditStore(),
          targetSystems: [typeOrmTargetSystem('db')],
          ...settings,
        }),
        FlamingockModule.forFeature({ stage: 'main', changes: [AddNote] }),
      ],
    };
    app = await NestFactory.createApplicationContext(root, { logger: false });
    return app.get(FlamingockService);
  }
  const notes = async () => (await database.connect()).getRepository(Note);
  const codes = {
    PostgreSQL: '23505',
    PgBouncer: '23505',
    MariaDB: 'ER_DUP_ENTRY',
    SQLite: 'SQLITE_CONSTRAINT_PRIMARYKEY',
  };

  it.each([true, false])(
    'leaves what is known of it in its entry, transactional: %s',
    async (transactional) => {
      await (await notes()).insert({ key: 'a', value: '' });
      const service = await flamingock({ transactional });
      await expect(service.execute()).rejects.toThrow(/add-note/);
      const entries = await service.audit.list({ history: true });
      const failed = entries.find(({ state }) => state === 'EXECUTION_FAILED');
      const text = failed?.metadata['diagnosis'] ?? '';
      expect(JSON.parse(text)).toMatchObject({
        errorClass: 'QueryFailedError',
        statement: expect.stringMatching(/^INSERT INTO .* VALUES \('\?', '\?'\)$/),
        progress: { done: 1, total: 2, note: 'the second note' },
        serverVersion: expect.stringMatching(/^\d+\.\d+/),
        nodeVersion: process.versions.node,
        pid: process.pid,
      });
      expect(text).toContain(`"${codes[engine]}"`);
      expect(await service.audit.verify()).toMatchObject({ ok: true });
    },
  );

  it('has no statement there where that is turned off', async () => {
    await (await notes()).insert({ key: 'a', value: '' });
    const service = await flamingock({ transactional: false }, { diagnosis: { statements: false } });
    await expect(service.execute()).rejects.toThrow(/add-note/);
    const { diagnosis } = await service.issues.get();
    expect(diagnosis).toMatchObject({ errorClass: 'QueryFailedError' });
    expect(diagnosis).not.toHaveProperty('statement');
  });

  it('fits into one document for a ticket, which has no secret', async () => {
    await (await notes()).insert({ key: 'a', value: 's3cret' });
    const service = await flamingock({ transactional: false });
    await expect(service.execute()).rejects.toThrow(/add-note/);
    const bundle = await service.issues.bundle('add-note');
    expect(bundle).toMatchObject({
      format: 1,
      service: 'shop',
      issue: { changeId: 'add-note', guidance: expect.arrayContaining([expect.any(String)]) },
      failures: [{ state: 'EXECUTION_FAILED', diagnosis: { errorClass: 'QueryFailedError' } }],
      around: [{ state: 'STARTED' }, { state: 'EXECUTION_FAILED' }],
      plan: { changes: [{ changeId: 'add-note', action: 'MANUAL_INTERVENTION' }] },
      lock: { held: false },
      lastRun: { changes: [{ changeId: 'add-note' }] },
      targetSystems: [{ id: 'db', transactional: true, serverVersion: expect.any(String) }],
      madeBy: { nodeVersion: process.versions.node },
    });
    expect(JSON.stringify(bundle)).not.toContain('s3cret');
  });

  it('is resolved by a playbook for its code, once the cause is gone', async () => {
    const repository = await notes();
    await repository.insert({ key: 'a', value: '' });
    const change = { transactional: false };
    await expect((await flamingock(change)).execute()).rejects.toThrow(/add-note/);
    await repository.delete({ key: 'a' });
    const retry = { name: 'again', then: 'retry', atMost: 1, reason: 'one statement is whole' } as const;
    const service = await flamingock(change, {
      resolutions: [{ ...retry, when: { target: 'db', code: codes[engine] } }],
    });
    expect(await service.issues.get()).toMatchObject({ playbook: { name: 'again', uses: 0 } });
    expect(await service.execute()).toMatchObject({ status: 'applied' });
    expect(await repository.countBy({ key: 'a' })).toBe(1);
    const [, , forgotten] = await service.audit.list({ history: true });
    expect(forgotten).toMatchObject({
      operation: 'FORGET',
      metadata: { by: 'playbook:again', effect: 'stays' },
    });
    expect(await service.audit.verify()).toMatchObject({ ok: true });
  });
});
