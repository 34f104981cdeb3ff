import type { DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FlamingockModule, InvalidOptionsError, type FlamingockModuleOptions } from '@nestjs-flamingock/core';
import { inMemoryAuditStore } from '@nestjs-flamingock/testing';

class AppModule {}

/** What keeps an application with these adapters from starting. */
export async function registrationFaults(
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
