import 'reflect-metadata';
import type { Type } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import type { Job, Participant } from '../participant.js';
import { insertRow } from './insert-row.js';
import { openApplication } from './open-application.js';
import { typeOrmOptions } from './typeorm-options.js';

/** A Nest application with TypeORM that does nothing; `variant` "providers" gives it the classes of the changes as providers. */
export async function open({ database, inserts, variant }: Job): Promise<Participant> {
  const app = await openApplication(
    [TypeOrmModule.forRoot({ ...typeOrmOptions(database), retryAttempts: 0 })],
    variant === 'providers' ? inserts.map((insert) => insertRow(insert) as Type) : [],
  );
  return { apply: () => Promise.resolve(), close: () => app.close() };
}
