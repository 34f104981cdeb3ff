import 'reflect-metadata';
import type { INestApplicationContext } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { FlamingockModule, type ChangeClass } from '@nestjs-flamingock/core';
import { typeOrmAuditStore, typeOrmTargetSystem } from '@nestjs-flamingock/typeorm';
import type { Logger } from 'typeorm';
import type { Insert, Job, Participant } from '../participant.js';
import { insertRow } from './insert-row.js';
import { applying, openApplication } from './open-application.js';
import { typeOrmOptions } from './typeorm-options.js';

/** This library in a Nest application on a SQL database: target and history in one. */
export async function open(job: Job): Promise<Participant> {
  return applying(await openFlamingock(job));
}

/** Its application, with changes as `toChange` makes them. */
export function openFlamingock(
  { database, inserts, variant }: Job,
  toChange: (insert: Insert) => ChangeClass = (insert) => insertRow(insert),
  logger?: Logger,
): Promise<INestApplicationContext> {
  return openApplication([
    TypeOrmModule.forRoot({ ...typeOrmOptions(database), retryAttempts: 0, ...(logger && { logger }) }),
    FlamingockModule.forRoot({
      service: 'default',
      runAt: 'manual',
      commit: variant === 'each' ? 'each' : 'auto',
      role: variant === 'wait' ? 'wait' : 'both',
      auditStore: typeOrmAuditStore(),
      targetSystems: [typeOrmTargetSystem('rows-db')],
    }),
    FlamingockModule.forFeature({ stage: 'rows', changes: inserts.map((insert) => toChange(insert)) }),
  ]);
}
