import { NestFactory } from '@nestjs/core';
import { FlamingockService, type ExecutionReport } from '@nestjs-flamingock/core';
import { fixtureModule, type FixtureOptions } from './fixtures/app.module.js';

/** Boots the fixture in this process, applies what is pending, and closes it. */
export function boot(options: FixtureOptions): Promise<ExecutionReport> {
  return withApplication(options, (flamingock) => flamingock.execute());
}

/** Does something with the fixture, which applies nothing by itself and is closed afterwards. */
export async function withApplication<T>(
  options: FixtureOptions,
  work: (flamingock: FlamingockService) => Promise<T>,
): Promise<T> {
  const settings = { ...options.settings, runAt: 'manual' as const };
  const app = await NestFactory.createApplicationContext(fixtureModule({ ...options, settings }), {
    logger: false,
    abortOnError: false,
  });
  try {
    return await work(app.get(FlamingockService));
  } finally {
    await app.close();
  }
}
