import 'reflect-metadata';
import type { DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FlamingockModule, InvalidOptionsError, type FlamingockModuleOptions } from '@nestjs-flamingock/core';
import { inMemoryAuditStore } from '@nestjs-flamingock/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import { typeOrmAuditStore, typeOrmTargetSystem } from './typeorm.definitions.js';

class AppModule {}

/** What keeps an application with these adapters from starting. */
async function faultsOf(
  adapters: Partial<FlamingockModuleOptions>,
  imports: DynamicModule['imports'] = [],
): Promise<readonly string[]> {
  const options = { auditStore: inMemoryAuditStore(), targetSystems: [], ...adapters };
  const module = { module: AppModule, imports: [...imports, FlamingockModule.forRoot(options)] };
  const start = NestFactory.createApplicationContext(module, { logger: false, abortOnError: false });
  const error: unknown = await start.then((app) => app.close()).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(InvalidOptionsError);
  return (error as InvalidOptionsError).faults;
}

const named = (name: string) => TypeOrmModule.forRoot({ name, type: 'better-sqlite3', database: ':memory:' });
const NO_DEFAULT =
  /needs the default DataSource, and there is none: import TypeOrmModule.forRoot\(…\), or write typeOrm\w+\(…\{ dataSource: 'name' \}\)/;

describe('a DataSource that the application does not have', () => {
  it('is told with the option to write, for audit store and target system at once', async () => {
    expect(
      await faultsOf({
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
    expect(await faultsOf(adapters, [named('analytics')])).toEqual([
      expect.stringMatching(NO_DEFAULT),
      expect.stringMatching(NO_DEFAULT),
    ]);
  });

  it('is told where forRootAsync has its name only in what useFactory returns', async () => {
    const late = TypeOrmModule.forRootAsync({
      useFactory: () => ({ name: 'analytics', type: 'better-sqlite3', database: ':memory:' }),
    });
    expect(
      await faultsOf({ auditStore: typeOrmAuditStore({ dataSource: 'analytics' }) }, [late]),
    ).toHaveLength(1);
  });
});

describe('an option that nobody knows', () => {
  it('is refused with the one that was meant', async () => {
    const auditStore = typeOrmAuditStore({ tableprefix: 'x_' } as never);
    const target = typeOrmTargetSystem('db', { datasource: 'analytics' } as never);
    const faults = await faultsOf({ auditStore, targetSystems: [target] }, [
      TypeOrmModule.forRoot({ type: 'better-sqlite3', database: ':memory:' }),
    ]);
    expect(faults).toEqual([
      'typeOrmAuditStore() has no option "tableprefix": did you mean tablePrefix?',
      `typeOrmTargetSystem('db') has no option "datasource": did you mean dataSource?`,
    ]);
  });

  it.each([[null], ['analytics']])('is refused where it is no object: %j', async (options) => {
    const faults = await faultsOf({ auditStore: typeOrmAuditStore(options as never) });
    expect(faults[0]).toMatch(/^typeOrmAuditStore\(\) takes its options as an object, not/);
  });
});
