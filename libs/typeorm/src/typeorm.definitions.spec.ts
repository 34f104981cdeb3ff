import 'reflect-metadata';
import { Injectable, type INestApplicationContext, type OnModuleInit } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { InjectDataSource, TypeOrmModule } from '@nestjs/typeorm';
import {
  Change,
  Execution,
  FlamingockModule,
  TargetSystem,
  type FlamingockModuleOptions,
} from '@nestjs-flamingock/core';
import { DataSource, type QueryRunner } from 'typeorm';
import { registrationFaults } from '../../../test/support/registration-faults.js';
import { InjectQueryRunner } from './inject-query-runner.decorator.js';
import { typeOrmAuditStore, typeOrmTargetSystem } from './typeorm.definitions.js';

const named = (name: string) => TypeOrmModule.forRoot({ name, type: 'better-sqlite3', database: ':memory:' });
const NO_DEFAULT =
  /needs the default DataSource, and there is none: import TypeOrmModule.forRoot\(…\), or write typeOrm\w+\(…\{ dataSource: 'name' \}\)/;

describe('a DataSource that the application does not have', () => {
  it('is told with the option to write, for audit store and target system at once', async () => {
    expect(
      await registrationFaults({
        auditStore: typeOrmAuditStore({ dataSource: 'analytics' }),
        targetSystems: [typeOrmTargetSystem('db', { dataSource: 'reports' })],
      }),
    ).toEqual([
      expect.stringMatching(
        /^typeOrmAuditStore\(…\{ dataSource: 'analytics' \}\) names a DataSource that there is not.*forRootAsync\(\{ name: 'analytics', useFactory \}\)/,
      ),
      expect.stringMatching(
        /^typeOrmTargetSystem\(…\{ dataSource: 'reports' \}\) names a DataSource that there is not/,
      ),
    ]);
  });

  it('is told where it is the default one, and others are there', async () => {
    const adapters = { auditStore: typeOrmAuditStore(), targetSystems: [typeOrmTargetSystem('db')] };
    expect(await registrationFaults(adapters, [named('analytics')])).toEqual([
      expect.stringMatching(NO_DEFAULT),
      expect.stringMatching(NO_DEFAULT),
    ]);
  });

  it('is told where forRootAsync has its name only in what useFactory returns', async () => {
    const late = TypeOrmModule.forRootAsync({
      useFactory: () => ({ name: 'analytics', type: 'better-sqlite3', database: ':memory:' }),
    });
    expect(
      await registrationFaults({ auditStore: typeOrmAuditStore({ dataSource: 'analytics' }) }, [late]),
    ).toHaveLength(1);
  });
});

@Injectable()
class Opener implements OnModuleInit {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  async onModuleInit(): Promise<void> {
    await this.dataSource.initialize();
  }
}

@Change({ id: 'add-notes', order: '0001', author: 'team-inventory' })
@TargetSystem('db')
class AddNotes {
  @Execution()
  async execute(@InjectQueryRunner() runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE note (value TEXT)');
  }
}

describe('a DataSource that the application initializes by itself', () => {
  async function start(
    runAt: NonNullable<FlamingockModuleOptions['runAt']>,
  ): Promise<INestApplicationContext> {
    const module = {
      module: class AppModule {},
      providers: [Opener, AddNotes],
      imports: [
        TypeOrmModule.forRoot({ type: 'better-sqlite3', database: ':memory:', manualInitialization: true }),
        FlamingockModule.forRoot({
          auditStore: typeOrmAuditStore(),
          targetSystems: [typeOrmTargetSystem('db')],
          runAt,
        }),
      ],
    };
    return NestFactory.createApplicationContext(module, { logger: false, abortOnError: false });
  }

  it('ends a start that comes before that, and says so', async () => {
    const error: unknown = await start('bootstrap').catch((caught: unknown) => caught);
    expect(String(error)).toMatch(
      /DataSource "default" is not initialized.*manualInitialization: true.*runAt: 'after-module-init'/,
    );
  });

  it('is changed where the changes run after that', async () => {
    const app = await start('after-module-init');
    expect(await app.get(DataSource).query('SELECT * FROM note')).toEqual([]);
    await app.close();
  });
});

describe('an option that nobody knows', () => {
  it('is refused with the one that was meant', async () => {
    const auditStore = typeOrmAuditStore({ tableprefix: 'x_' } as never);
    const target = typeOrmTargetSystem('db', { datasource: 'analytics' } as never);
    const faults = await registrationFaults({ auditStore, targetSystems: [target] }, [
      TypeOrmModule.forRoot({ type: 'better-sqlite3', database: ':memory:' }),
    ]);
    expect(faults).toEqual([
      'typeOrmAuditStore() has no option "tableprefix": did you mean tablePrefix?',
      `typeOrmTargetSystem('db') has no option "datasource": did you mean dataSource?`,
    ]);
  });

  it.each([[null], ['analytics']])('is refused where it is no object: %j', async (options) => {
    const faults = await registrationFaults({ auditStore: typeOrmAuditStore(options as never) });
    expect(faults[0]).toMatch(/^typeOrmAuditStore\(\) takes its options as an object, not/);
  });
});
