import { NestFactory } from '@nestjs/core';
import { FlamingockService, type ExecutionReport } from '@nestjs-flamingock/core';
import { fixtureModule, type FixtureOptions } from './fixture/app.module.js';

/** Boots the fixture in this process, applies what is pending, and closes it. */
export async function boot(options: FixtureOptions): Promise<ExecutionReport> {
  const settings = { ...options.settings, runAt: 'manual' as const };
  const app = await NestFactory.createApplicationContext(fixtureModule({ ...options, settings }), {
    logger: false,
    abortOnError: false,
  });
  try {
    return await app.get(FlamingockService).execute();
  } finally {
    await app.close();
  }
}
