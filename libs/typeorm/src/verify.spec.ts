import 'reflect-metadata';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import {
  Change,
  Execution,
  FlamingockModule,
  FlamingockService,
  TargetSystem,
  Verify,
  type ChangeOptions,
  type Verdict,
} from '@nestjs-flamingock/core';
import { DataSource, EntityManager } from 'typeorm';
import { describeOnEngines } from './fixtures/describe-engines.js';
import { Note } from './fixtures/note.entity.js';
import type { TestDatabase } from './fixtures/test-database.js';
import { typeOrmAuditStore, typeOrmTargetSystem } from './typeorm.definitions.js';

/** What the methods of the change do. */
interface Behaviour {
  execute(manager: EntityManager): Promise<unknown>;
  verify(manager: EntityManager): Promise<Verdict>;
}

const fails = (): never => {
  throw new TypeError('no');
};
const hasNote = async (manager: EntityManager): Promise<Verdict> =>
  (await manager.countBy(Note, { key: 'a' })) > 0 ? 'applied' : 'not-applied';

await describeOnEngines('a @Verify() of a change without a transaction', (open) => {
  let database: TestDatabase;
  let app: INestApplicationContext | undefined;

  beforeEach(async () => {
    database = await open();
  });
  afterEach(async () => {
    await app?.close();
    await database.remove();
  });

  async function flamingock(
    { execute, verify }: Behaviour,
    options: Partial<ChangeOptions> = { transactional: false },
  ): Promise<FlamingockService> {
    await app?.close();
    @Change({ id: 'add-note', order: '1', author: 'ann', ...options })
    @TargetSystem('db')
    class AddNote {
      @Execution()
      async execute(manager: EntityManager): Promise<void> {
        await execute(manager);
      }
      @Verify()
      verify(manager: EntityManager): Promise<Verdict> {
        return verify(manager);
      }
    }
    const dataSource = await database.connect();
    const root = {
      module: class App {},
      imports: [
        TypeOrmModule.forRoot(dataSource.options),
        FlamingockModule.forRoot({
          service: 'shop',
          runAt: 'manual',
          auditStore: typeOrmAuditStore(),
          targetSystems: [typeOrmTargetSystem('db')],
        }),
        FlamingockModule.forFeature({ stage: 'main', changes: [AddNote] }),
      ],
    };
    app = await NestFactory.createApplicationContext(root, { logger: false });
    return app.get(FlamingockService);
  }
  const saves = (manager: EntityManager) => manager.save(Note, { key: 'a', value: '1' });
  const statesOf = async (service: FlamingockService) =>
    (await service.audit.list({ history: true })).map(({ state, operation }) => `${operation} ${state}`);

  it('settles one that failed after it took effect', async () => {
    const execute = (manager: EntityManager) => saves(manager).then(fails);
    await expect((await flamingock({ execute, verify: hasNote })).execute()).rejects.toThrow(/add-note/);
    const next = await flamingock({ execute, verify: hasNote });
    expect(await next.drift()).toMatchObject({ asked: 0 });
    expect((await next.execute()).changes).toMatchObject([{ result: 'reconciled' }]);
    expect((await statesOf(next)).at(-1)).toBe('RECONCILE EXECUTED');
    expect(await next.drift()).toMatchObject({ asked: 1, drifted: [] });
  });

  it('has one executed that failed before it took effect', async () => {
    await expect(
      (await flamingock({ execute: () => Promise.reject(new TypeError('no')), verify: hasNote })).execute(),
    ).rejects.toThrow(/add-note/);
    const next = await flamingock({ execute: saves, verify: hasNote });
    expect((await next.execute()).changes).toMatchObject([{ result: 'executed' }]);
    expect(await statesOf(next)).toEqual([
      'EXECUTE STARTED',
      'EXECUTE EXECUTION_FAILED',
      'RECONCILE ROLLED_BACK',
      'EXECUTE STARTED',
      'EXECUTE EXECUTED',
    ]);
  });

  it.each([true, false])(
    'may only read inside its execution, too: transactional %s',
    async (transactional) => {
      const verify = async (manager: EntityManager): Promise<Verdict> => {
        await manager.update(Note, { key: 'a' }, { value: '2' });
        return 'applied';
      };
      const writes = await flamingock({ execute: saves, verify }, { transactional, verify: 'always' });
      await expect(writes.execute()).rejects.toThrow(/UPDATE was not sent/);
      expect(await database.connect().then((on) => on.manager.countBy(Note, { value: '2' }))).toBe(0);
      const service = await flamingock(
        { execute: saves, verify: hasNote },
        { transactional, verify: 'always' },
      );
      if (transactional) expect((await service.execute()).changes).toMatchObject([{ result: 'executed' }]);
    },
  );

  it('looks at tables by the runner of its manager', async () => {
    const verify = async ({ queryRunner }: EntityManager): Promise<Verdict> => {
      const { tablePath } = app!.get(DataSource).getMetadata(Note);
      return (await queryRunner!.hasTable(tablePath)) ? 'applied' : 'not-applied';
    };
    const service = await flamingock({ execute: saves, verify });
    await service.execute();
    expect(await service.drift()).toMatchObject({ asked: 1, drifted: [] });
  });

  it('may only read, and tells what it tried', async () => {
    const next = await flamingock({
      execute: saves,
      verify: async (manager) => {
        await manager.delete(Note, { key: 'a' });
        return 'applied';
      },
    });
    await next.execute();
    expect(await next.drift()).toMatchObject({
      drifted: [
        {
          verdict: 'unknown',
          error: expect.stringMatching(/DELETE was not sent: the @Verify\(\) of change "add-note"/),
        },
      ],
    });
    const reader = await flamingock({ execute: saves, verify: hasNote });
    expect(await reader.drift()).toMatchObject({ asked: 1, drifted: [] });
  });
});
