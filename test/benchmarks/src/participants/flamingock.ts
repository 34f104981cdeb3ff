import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { FlamingockModule, FlamingockService } from '@nestjs-flamingock/core';
import { typeOrmAuditStore, typeOrmTargetSystem } from '@nestjs-flamingock/typeorm';
import type { Job, Participant } from '../participant.js';
import { insertRows } from './insert-rows.js';
import { typeOrmOptions } from './typeorm-options.js';

class BenchmarkModule {}

/** This library in a Nest application on a SQL database: target and history in one. */
export async function open(job: Job): Promise<Participant> {
  const module = {
    module: BenchmarkModule,
    imports: [
      TypeOrmModule.forRoot({ ...typeOrmOptions(job.database), retryAttempts: 0 }),
      FlamingockModule.forRoot({
        runAt: 'manual',
        auditStore: typeOrmAuditStore(),
        targetSystems: [typeOrmTargetSystem('rows-db')],
      }),
      FlamingockModule.forFeature({ stage: 'rows', changes: insertRows(job) }),
    ],
  };
  const app = await NestFactory.createApplicationContext(module, { logger: false, abortOnError: false });
  const flamingock = app.get(FlamingockService);
  return {
    apply: async () => (await flamingock.execute()).status,
    close: () => app.close(),
  };
}
