import 'reflect-metadata';
import type { DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FlamingockModule, InvalidOptionsError, type FlamingockModuleOptions } from '@nestjs-flamingock/core';
import { inMemoryAuditStore } from '@nestjs-flamingock/testing';
import { redisTargetSystem } from './redis.definitions.js';

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

const target = (options?: unknown) => ({ targetSystems: [redisTargetSystem('cache', options as never)] });

describe('a client that the application does not have', () => {
  it.each([
    ['the default', undefined, 'Redis'],
    ['a token', { inject: 'CACHE' }, 'CACHE'],
  ])('is told with the option to write: %s', async (_what, options, token) => {
    expect(await faultsOf(target(options))).toEqual([
      `redisTargetSystem('cache') injects ${token}, which nothing provides: write redisTargetSystem('cache', ` +
        `{ inject: TOKEN }) with the token of the application's client, or { redis: client }`,
    ]);
  });
});

describe('an option that nobody knows', () => {
  it('is refused with the one that was meant', async () => {
    expect(await faultsOf(target({ redis: {}, keyprefix: 'x' }))).toEqual([
      `redisTargetSystem('cache') has no option "keyprefix": did you mean keyPrefix?`,
    ]);
  });
});
