import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import type { Job, Participant } from '../participant.js';
import { typeOrmOptions } from './typeorm-options.js';

class BareModule {}

/** A Nest application with TypeORM that has no changes, and does nothing. */
export async function open({ database }: Job): Promise<Participant> {
  const imports = [TypeOrmModule.forRoot({ ...typeOrmOptions(database), retryAttempts: 0 })];
  const app = await NestFactory.createApplicationContext({ module: BareModule, imports }, { logger: false });
  return { apply: () => Promise.resolve(), close: () => app.close() };
}
