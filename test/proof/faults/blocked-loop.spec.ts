import { Global, Logger, Module, type DynamicModule } from '@nestjs/common';
import { getDataSourceToken } from '@nestjs/typeorm';
import {
  Change,
  Execution,
  FlamingockModule,
  RollbackExecution,
  TargetSystem,
} from '@nestjs-flamingock/core';
import { FlamingockTest } from '@nestjs-flamingock/testing';
import { typeOrmAuditStore, typeOrmTargetSystem } from '@nestjs-flamingock/typeorm';
import { DataSource, EntityManager, type DataSourceOptions } from 'typeorm';
import { describeOn } from '../../support/services/describe-on.js';
import {
  mariadbDatabase,
  postgresDatabase,
  sqliteFile,
  type SqlDatabase,
} from '../../support/sql-database.js';
import type { CreateDatabase } from '../../support/test-database.js';

const LEASE_MS = 2_000;

/** Keeps the event loop from turning for longer than the lease, as long synchronous work and breakpoints do. */
function block(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LEASE_MS * 1.5);
}

function changeThatBlocks(transactional: boolean) {
  @Change({ id: 'fill', order: '0001', author: 'team-catalog', transactional })
  @TargetSystem('catalog-db')
  class Fill {
    @Execution()
    async execute(manager: EntityManager): Promise<void> {
      await manager.query("INSERT INTO place VALUES ('before')");
      block();
      await manager.query("INSERT INTO place VALUES ('after')");
    }

    @RollbackExecution()
    async rollback(manager: EntityManager): Promise<void> {
      await manager.query('DELETE FROM place');
    }
  }
  return Fill;
}

function application(options: DataSourceOptions, transactional: boolean): DynamicModule['imports'] & object {
  const provider = { provide: getDataSourceToken(), useFactory: () => new DataSource(options).initialize() };
  @Global()
  @Module({ providers: [provider], exports: [getDataSourceToken()] })
  class Connected {}
  return [
    Connected,
    FlamingockModule.forRoot({
      auditStore: typeOrmAuditStore(),
      targetSystems: [typeOrmTargetSystem('catalog-db')],
      lock: { leaseMs: LEASE_MS },
    }),
    FlamingockModule.forFeature({ stage: 'catalog', changes: [changeThatBlocks(transactional)] }),
  ];
}

beforeAll(() => void Logger.overrideLogger(false));

await describeOn(['postgres', 'mariadb'], 'a change that blocks the event loop past the lease', (urls) => {
  const engines: [string, CreateDatabase<SqlDatabase>][] = [
    ['PostgreSQL', postgresDatabase(urls.postgres)],
    ['MariaDB', mariadbDatabase(urls.mariadb)],
    ['SQLite', sqliteFile],
  ];
  const cases = engines.flatMap(([name, create]) => [
    [name, 'in a transaction', create, true] as const,
    [name, 'outside of transactions', create, false] as const,
  ]);

  it.each(cases)(
    'is applied on %s %s, where nobody has taken over',
    async (_name, _how, create, transactional) => {
      const database = await create();
      await database.createPlace('place');
      const imports = application(database.options.typeorm, transactional);
      const flamingock = await FlamingockTest.create({ imports }, { auditStore: 'own' });
      try {
        expect((await flamingock.run()).status).toBe('applied');
        expect(await database.values('place')).toEqual(['after', 'before']);
        expect(await flamingock.states()).toEqual({ fill: ['STARTED', 'EXECUTED'] });
      } finally {
        await flamingock.close();
        await database.drop();
      }
    },
  );
});
