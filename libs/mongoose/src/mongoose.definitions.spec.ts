import 'reflect-metadata';
import type { DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FlamingockModule, InvalidOptionsError, type FlamingockModuleOptions } from '@nestjs-flamingock/core';
import { inMemoryAuditStore } from '@nestjs-flamingock/testing';
import { mongooseAuditStore, mongooseTargetSystem } from './mongoose.definitions.js';

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

describe('a connection that the application does not have', () => {
  it('is told with the option to write, for audit store and target system at once', async () => {
    expect(
      await faultsOf({
        auditStore: mongooseAuditStore(),
        targetSystems: [mongooseTargetSystem('db', { connection: 'reports' })],
      }),
    ).toEqual([
      expect.stringMatching(
        /^mongooseAuditStore\(\) needs the default connection, and there is none: .*mongooseAuditStore\(…\{ connection: 'name' \}\)/,
      ),
      expect.stringMatching(
        /^mongooseTargetSystem\(…\{ connection: 'reports' \}\) names a connection that there is not: .*connectionName: 'reports'/,
      ),
    ]);
  });
});

describe('an option that nobody knows', () => {
  it('is refused with the one that was meant', async () => {
    const auditStore = mongooseAuditStore({ conection: 'reports' } as never);
    const target = mongooseTargetSystem('db', { prefix: 'x_' } as never);
    expect(await faultsOf({ auditStore, targetSystems: [target] })).toEqual(
      expect.arrayContaining([
        'mongooseAuditStore() has no option "conection": did you mean connection?',
        `mongooseTargetSystem('db') has no option "prefix": did you mean collectionPrefix?`,
      ]),
    );
  });
});
