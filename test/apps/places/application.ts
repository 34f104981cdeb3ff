import { NestFactory } from '@nestjs/core';
import { getDataSourceToken, TypeOrmModule } from '@nestjs/typeorm';
import {
  Change,
  Execution,
  FlamingockModule,
  FlamingockService,
  TargetSystem,
  type ChangeClass,
} from '@nestjs-flamingock/core';
import { typeOrmAuditStore, typeOrmTargetSystem, type TypeOrmTableOptions } from '@nestjs-flamingock/typeorm';
import { EntityManager, type DataSource, type DataSourceOptions } from 'typeorm';

/** An application whose changes count how often they ran, in the table that `effects` names in full. */
export interface ApplicationOptions {
  readonly dataSource: DataSourceOptions;
  readonly effects: string;
  readonly service?: string;
  /** Options of audit store and target system. */
  readonly tables?: TypeOrmTableOptions;
  /** Where the changes are applied, if not in the audit store's database. */
  readonly target?: DataSourceOptions;
}

export interface RunningApplication {
  readonly flamingock: FlamingockService;
  readonly dataSource: DataSource;
}

/** Does something with the application, which applies nothing by itself and is closed afterwards. */
export async function withApplication<T>(
  options: ApplicationOptions,
  work: (application: RunningApplication) => Promise<T>,
): Promise<T> {
  const { tables = {}, service = 'inventory', target } = options;
  class Application {}
  const module = {
    module: Application,
    imports: [
      TypeOrmModule.forRoot({ ...options.dataSource, retryAttempts: 0 }),
      ...(target ? [TypeOrmModule.forRoot({ ...target, name: 'target', retryAttempts: 0 })] : []),
      FlamingockModule.forRoot({
        auditStore: typeOrmAuditStore(tables),
        targetSystems: [
          typeOrmTargetSystem('database', { ...tables, ...(target && { dataSource: 'target' }) }),
        ],
        service,
        runAt: 'manual',
      }),
      FlamingockModule.forFeature({
        stage: 'all',
        changes: ['one', 'two'].map((id) => countingChange(id, options.effects)),
      }),
    ],
  };
  const app = await NestFactory.createApplicationContext(module, { logger: false, abortOnError: false });
  try {
    return await work({
      flamingock: app.get(FlamingockService),
      dataSource: app.get<DataSource>(getDataSourceToken()),
    });
  } finally {
    await app.close();
  }
}

/** Starts the application once, and applies what is pending. */
export function start(options: ApplicationOptions): Promise<string> {
  return withApplication(options, async ({ flamingock }) => (await flamingock.execute()).status);
}

function countingChange(id: string, effects: string): ChangeClass {
  @Change({ id, order: id, author: 'team' })
  @TargetSystem('database')
  class Counting {
    @Execution()
    async execute(manager: EntityManager): Promise<void> {
      await manager.query(`INSERT INTO ${effects} VALUES ('${id}')`);
    }
  }
  return Counting;
}

/** Runs a statement on every connection of the pool, and gives them back as they are then. */
export async function onEveryConnection(
  dataSource: DataSource,
  count: number,
  statement: string,
): Promise<void> {
  const runners = Array.from({ length: count }, () => dataSource.createQueryRunner());
  await Promise.all(runners.map((runner) => runner.connect()));
  for (const runner of runners) await runner.query(statement);
  for (const runner of runners) await runner.release();
}
