import 'reflect-metadata';
import { setTimeout as pause } from 'node:timers/promises';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { InjectConnection, MongooseModule } from '@nestjs/mongoose';
import {
  Change,
  Execution,
  FlamingockModule,
  FlamingockService,
  TargetSystem,
} from '@nestjs-flamingock/core';
import type { Connection } from 'mongoose';
import { describeOn } from '../../../test/support/services/describe-on.js';
import { MongoDatabase, notes } from './fixtures/mongo-database.js';
import { mongooseAuditStore, mongooseTargetSystem } from './mongoose.definitions.js';

const KEYS = ['a', 'b', 'c'];

/** Writes documents one after the other until it is stopped. */
class Traffic {
  private writes = 0;
  private isStopped = false;
  private readonly going: Promise<void>;

  constructor(private readonly on: Connection) {
    this.going = this.go();
  }

  /** Resolves once each document was written again. */
  async passes(): Promise<void> {
    const until = this.writes + 2 * KEYS.length;
    while (this.writes < until) await pause(1);
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    await this.going;
  }

  private async go(): Promise<void> {
    while (!this.isStopped) {
      // Without any gap it would be in the way of every attempt.
      await pause(20);
      const key = KEYS[this.writes % KEYS.length] ?? '';
      await notes(this.on).updateOne({ key }, { $set: { value: `visit ${++this.writes}` } });
    }
  }
}

await describeOn(['mongodb'], 'a change of documents that live traffic keeps writing', ({ mongodb }) => {
  let database: MongoDatabase;
  let traffic: Traffic;
  let app: INestApplicationContext;

  beforeEach(async () => {
    database = await MongoDatabase.create(mongodb);
    const connection = await database.connect();
    await notes(connection).create(KEYS.map((key) => ({ key, value: '' })));
    traffic = new Traffic(connection);
  });
  afterEach(async () => {
    await traffic.stop();
    await app.close();
    await database.remove();
  });

  it('is applied by a later attempt, and has each attempt in its history', async () => {
    let calls = 0;
    @Change({ id: 'archive-notes', order: '1', author: 'ann' })
    @TargetSystem('db')
    class ArchiveNotes {
      @Execution()
      async execute(@InjectConnection() connection: Connection): Promise<void> {
        calls += 1;
        const all = await notes(connection).find();
        // What it has read is old by the time at which it writes.
        if (calls <= 2) await traffic.passes();
        for (const { key } of all)
          await notes(connection).updateOne({ key }, { $set: { value: 'archived' } });
      }
    }
    const root = {
      module: class App {},
      imports: [
        MongooseModule.forRoot(mongodb, { dbName: database.name, retryAttempts: 0 }),
        FlamingockModule.forRoot({
          service: 'shop',
          runAt: 'manual',
          // So many that the traffic cannot be in the way of all of them.
          retry: { attempts: 100, initialMs: 1, maxMs: 10 },
          auditStore: mongooseAuditStore(),
          targetSystems: [mongooseTargetSystem('db')],
        }),
        FlamingockModule.forFeature({ stage: 'main', changes: [ArchiveNotes] }),
      ],
    };
    app = await NestFactory.createApplicationContext(root, { logger: false });
    const service = app.get(FlamingockService);
    const report = await service.execute();
    expect(report.changes).toMatchObject([{ result: 'executed' }]);
    expect(calls).toBeGreaterThan(2);
    const entries = await service.audit.list({ history: true });
    const failed = entries.filter(({ state }) => state === 'EXECUTION_FAILED');
    expect(failed).toHaveLength(calls - 1);
    expect(failed.map(({ metadata }) => metadata['attempt'] ?? '1')).toEqual(
      failed.map((_, at) => String(at + 1)),
    );
    expect(failed[0]?.error).toMatch(/^ConflictingWriteError/);
    expect(entries.at(-1)).toMatchObject({ state: 'EXECUTED', metadata: { attempt: String(calls) } });
  });
});
