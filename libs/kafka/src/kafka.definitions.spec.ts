import 'reflect-metadata';
import type { DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FlamingockModule, InvalidOptionsError, type FlamingockModuleOptions } from '@nestjs-flamingock/core';
import { inMemoryAuditStore } from '@nestjs-flamingock/testing';
import { kafkaTargetSystem } from './kafka.definitions.js';

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

const target = (options?: unknown) => ({ targetSystems: [kafkaTargetSystem('events', options as never)] });
const KAFKA = { brokers: ['localhost:9092'] };

describe('a client that the application does not have', () => {
  it.each([[undefined], [{}], [{ kafka: undefined }]])(
    'is told with the option to write: %j',
    async (options) => {
      const faults = await faultsOf(target(options));
      expect(faults.at(-1)).toMatch(
        /^kafkaTargetSystem\('events'\) has no client: write kafkaTargetSystem\('events', \{ kafka: \{ clientId: 'app', brokers: /,
      );
    },
  );

  it('is told with the token that nothing provides', async () => {
    expect(await faultsOf(target({ inject: 'KAFKA' }))).toEqual([
      expect.stringMatching(
        /^kafkaTargetSystem\('events'\) injects KAFKA, which nothing provides: .*inject: TOKEN/,
      ),
    ]);
  });
});

describe('an option that nobody knows', () => {
  it('is refused with the one that was meant', async () => {
    expect(await faultsOf(target({ kafka: KAFKA, markerTopic: 'x' }))).toEqual([
      `kafkaTargetSystem('events') has no option "markerTopic": did you mean markersTopic?`,
    ]);
  });
});
