import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import {
  Change,
  Execution,
  FlamingockModule,
  FlamingockService,
  TargetSystem,
} from '@nestjs-flamingock/core';
import { typeOrmAuditStore, typeOrmTargetSystem } from '@nestjs-flamingock/typeorm';
import { trace } from '@opentelemetry/api';
import { EntityManager, type Logger } from 'typeorm';
import { attributesOf, OtlpReceiver } from './fixtures/otlp-receiver.js';
import { Sdk } from './fixtures/sdk.js';
import { FlamingockOpenTelemetryModule } from './index.js';

@Change({ id: 'add-note', order: '0001', author: 'team-notes' })
@TargetSystem('notes-db')
class AddNote {
  @Execution()
  async execute(manager: EntityManager): Promise<void> {
    await manager.query('CREATE TABLE note (id INTEGER PRIMARY KEY)');
    await manager.query('INSERT INTO note (id) VALUES (1)');
  }
}

/** As an instrumented driver does: a span for each statement. */
const logQuery = (query: string): void => trace.getTracer('driver').startSpan(query).end();
const ignore = (): void => undefined;
const instrumented: Logger = {
  logQuery,
  logQueryError: ignore,
  logQuerySlow: ignore,
  logSchemaBuild: ignore,
  logMigration: ignore,
  log: ignore,
};

@Module({
  imports: [
    TypeOrmModule.forRoot({ type: 'better-sqlite3', database: ':memory:', logger: instrumented }),
    FlamingockModule.forRoot({
      service: 'notes',
      auditStore: typeOrmAuditStore(),
      targetSystems: [typeOrmTargetSystem('notes-db')],
    }),
    FlamingockModule.forFeature({ stage: 'main', changes: [AddNote] }),
    FlamingockOpenTelemetryModule,
  ],
})
class AppModule {}

it('has the statements of a database below the change that sends them, and says which system that is', async () => {
  const receiver = await OtlpReceiver.open();
  const sdk = new Sdk(receiver.url);
  const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
  expect((await app.get(FlamingockService).status()).isSettled).toBe(true);
  await sdk.flush();
  await app.close();
  await sdk.stop();
  await receiver.close();
  const change = receiver.span('flamingock.execute add-note');
  expect(attributesOf(change)['db.system.name']).toBe('sqlite');
  const below = receiver.spans.filter(({ parentSpanId }) => parentSpanId === change.spanId);
  expect(below.map(({ name }) => name)).toEqual(
    expect.arrayContaining([
      'CREATE TABLE note (id INTEGER PRIMARY KEY)',
      'INSERT INTO note (id) VALUES (1)',
      // Its entries, which are in its transaction.
      expect.stringMatching(/^INSERT INTO .*flamingock_audit_entries/),
    ]),
  );
});
