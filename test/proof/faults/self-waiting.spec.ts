import { Global, Inject, Logger, Module, type DynamicModule } from '@nestjs/common';
import { ModuleRef, NestFactory } from '@nestjs/core';
import { getDataSourceToken } from '@nestjs/typeorm';
import {
  Change,
  Execution,
  FlamingockModule,
  FlamingockService,
  RollbackExecution,
  SelfWaitingError,
  TargetSystem,
} from '@nestjs-flamingock/core';
import { typeOrmAuditStore, typeOrmTargetSystem } from '@nestjs-flamingock/typeorm';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { describeOn } from '../../support/services/describe-on.js';
import { postgresDatabase, sqliteFile } from '../../support/sql-database.js';
import type { CreateDatabase } from '../../support/test-database.js';

type Call = (flamingock: FlamingockService) => Promise<unknown>;
const INNER = Symbol('what a change does that waits');

/** Declares a change that makes the call. */
function changeThatCalls(transactional: boolean) {
  @Change({ id: 'seed', order: '0001', author: 'team-catalog', transactional })
  @TargetSystem('catalog-db')
  class Seed {
    constructor(
      @Inject(INNER) private readonly inner: Call,
      private readonly moduleRef: ModuleRef,
    ) {}

    @Execution()
    async execute(): Promise<void> {
      await this.inner(this.moduleRef.get(FlamingockService, { strict: false }));
    }

    @RollbackExecution()
    rollback(): void {
      // There is nothing to take back.
    }
  }
  return Seed;
}

function application(options: DataSourceOptions, inner: Call, transactional: boolean): DynamicModule {
  @Global()
  @Module({
    providers: [
      { provide: INNER, useValue: inner },
      { provide: getDataSourceToken(), useFactory: () => new DataSource(options).initialize() },
    ],
    exports: [INNER, getDataSourceToken()],
  })
  class Provided {}
  class Application {}
  return {
    module: Application,
    imports: [
      Provided,
      FlamingockModule.forRoot({
        auditStore: typeOrmAuditStore(),
        targetSystems: [typeOrmTargetSystem('catalog-db')],
        runAt: 'bootstrap',
      }),
      FlamingockModule.forFeature({ stage: 'catalog', changes: [changeThatCalls(transactional)] }),
    ],
  };
}

async function start(root: DynamicModule): Promise<void> {
  const app = await NestFactory.createApplicationContext(root, { logger: false, abortOnError: false });
  await app.close();
}

const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

beforeAll(() => void Logger.overrideLogger(false));

await describeOn(['postgres'], 'a change that waits for its own run', ({ postgres }) => {
  const engines: [string, CreateDatabase, boolean][] = [
    ['on PostgreSQL, in a transaction', postgresDatabase(postgres), true],
    ['on PostgreSQL, outside of transactions', postgresDatabase(postgres), false],
    ['on SQLite, in a transaction', sqliteFile, true],
    ['on SQLite, outside of transactions', sqliteFile, false],
  ];
  const OPERATIONS: Record<string, Call> = {
    execute: (flamingock) => flamingock.execute(),
    undo: (flamingock) => flamingock.undo({ changeId: 'seed' }, { reason: 'test' }),
    auditFix: (flamingock) => flamingock.audit.fix({ changeId: 'seed' }, { reason: 'test' }),
  };

  for (const [where, create, transactional] of engines) {
    it.each(Object.keys(OPERATIONS))(`by %s is refused at once ${where}`, async (operation) => {
      await refused(create, transactional, () => OPERATIONS[operation]!);
    });

    it(`by an application that it starts is refused at once ${where}`, async () => {
      await refused(
        create,
        transactional,
        (options) => () => start(application(options, async () => undefined, transactional)),
      );
    });
  }

  async function refused(
    create: CreateDatabase,
    transactional: boolean,
    inner: (options: DataSourceOptions) => Call,
  ): Promise<void> {
    const database = await create();
    const options = (database.options as { typeorm: DataSourceOptions }).typeorm;
    let reason: unknown;
    const call: Call = async (flamingock) => {
      reason = await failureOf(inner(options)(flamingock));
    };
    try {
      await start(application(options, call, transactional));
      expect(reason).toBeInstanceOf(SelfWaitingError);
      expect((reason as SelfWaitingError).changeId).toBe('seed');
    } finally {
      await database.drop();
    }
  }
});
