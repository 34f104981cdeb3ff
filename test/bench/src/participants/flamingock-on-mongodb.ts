import 'reflect-metadata';
import { Change, Execution, FlamingockModule, TargetSystem, type ChangeClass } from '@nestjs-flamingock/core';
import { InjectClientSession, mongooseAuditStore, mongooseTargetSystem } from '@nestjs-flamingock/mongoose';
import { MongooseModule } from '@nestjs/mongoose';
import mongoose, { type ClientSession } from 'mongoose';
import { TABLE, type Insert, type Job, type Participant } from '../participant.js';
import { applying, openApplication } from './open-application.js';

/** This library in a Nest application on MongoDB: target and history in one. */
export async function open({ database: { url, name }, inserts }: Job): Promise<Participant> {
  const app = await openApplication([
    MongooseModule.forRoot(url, { dbName: name, retryAttempts: 0 }),
    FlamingockModule.forRoot({
      service: 'default',
      runAt: 'manual',
      auditStore: mongooseAuditStore(),
      targetSystems: [mongooseTargetSystem('rows-db')],
    }),
    FlamingockModule.forFeature({ stage: 'rows', changes: inserts.map(insertDocument) }),
  ]);
  return applying(app);
}

function insertDocument({ id, number, note }: Insert): ChangeClass {
  @Change({ id, order: id, author: 'benchmarks' })
  @TargetSystem('rows-db')
  class InsertDocument {
    @Execution()
    async execute(
      connection: mongoose.Connection,
      @InjectClientSession() session: ClientSession,
    ): Promise<void> {
      const row = { _id: number, note };
      await connection.collection<typeof row>(TABLE).insertOne(row, { session });
    }
  }
  return InsertDocument;
}
