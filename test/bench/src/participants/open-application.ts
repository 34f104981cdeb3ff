import type { DynamicModule, INestApplicationContext, Provider } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FlamingockService } from '@nestjs-flamingock/core';
import type { Participant } from '../participant.js';

class BenchmarkModule {}

/** A Nest application of these modules. */
export function openApplication(
  imports: readonly DynamicModule[],
  providers: readonly Provider[] = [],
): Promise<INestApplicationContext> {
  const module = { module: BenchmarkModule, imports: [...imports], providers: [...providers] };
  return NestFactory.createApplicationContext(module, { logger: false, abortOnError: false });
}

/** Applies the application's changes when the word comes. */
export function applying(app: INestApplicationContext): Participant {
  const flamingock = app.get(FlamingockService);
  return {
    apply: async () => (await flamingock.execute()).status,
    close: () => app.close(),
  };
}
