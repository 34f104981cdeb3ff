import 'reflect-metadata';
import { Module, type DynamicModule, type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  Change,
  Execution,
  FlamingockModule,
  ManualInterventionError,
  nonTransactionalTargetSystem,
  TargetSystem,
  type AlertMessage,
} from '@nestjs-flamingock/core';
import { InMemoryAuditStore, inMemoryAuditStore, InMemoryDatabase } from '@nestjs-flamingock/testing';
import { InvalidAlertOptionsError } from './alerts.errors.js';
import { SECRET } from './fixtures/messages.js';
import { HttpReceiver } from './fixtures/receiver.js';
import { FlamingockAlertsModule } from './flamingock-alerts.module.js';
import { webhookChannel } from './webhook.channel.js';

@Change({ id: 'publish', order: '0001', author: 'team' })
@TargetSystem('files')
class Publish {
  @Execution() execute(): void {
    throw new TypeError('broke');
  }
}

let database: InMemoryDatabase;
let apps: INestApplicationContext[];

beforeEach(() => {
  database = new InMemoryDatabase();
  apps = [];
});

afterEach(() => Promise.all(apps.map((app) => app.close())));

class Root {}
Module({})(Root);

async function boot(alerts: DynamicModule): Promise<void> {
  const root: DynamicModule = {
    module: Root,
    imports: [
      FlamingockModule.forRoot({
        service: 'shop',
        auditStore: inMemoryAuditStore(database),
        targetSystems: [nonTransactionalTargetSystem('files')],
      }),
      FlamingockModule.forFeature({ stage: 'main', changes: [Publish] }),
      alerts,
    ],
  };
  apps.push(await NestFactory.createApplicationContext(root, { logger: false, abortOnError: false }));
}

describe('FlamingockAlertsModule', () => {
  it('tells of a start that fails, once, on channels known in code and on those of other providers', async () => {
    const receiver = await new HttpReceiver().listen();
    const got: AlertMessage[] = [];
    const own = { name: 'own', deliver: (message: AlertMessage) => Promise.resolve(void got.push(message)) };
    const channels = [webhookChannel({ url: receiver.url, secrets: [SECRET] }), own];
    await expect(boot(FlamingockAlertsModule.forRoot({ channels }))).rejects.toThrow('publish');
    const known = { provide: 'channels', useValue: channels };
    class Known {}
    Module({ providers: [known], exports: [known] })(Known);
    const later = FlamingockAlertsModule.forRootAsync({
      imports: [Known],
      inject: ['channels'],
      useFactory: (given: typeof channels) => ({ channels: given }),
    });
    await expect(boot(later)).rejects.toBeInstanceOf(ManualInterventionError);
    expect(got.map(({ kind, phase }) => `${kind} ${phase}`)).toEqual(['issue opened']);
    expect(receiver.got.map(({ headers }) => headers['webhook-id'])).toEqual([got[0]?.id]);
    await receiver.close();
  });

  it('keeps an application from starting whose options make no sense, before anything is run', async () => {
    const channels = [webhookChannel({ url: '', secrets: [] })];
    await expect(boot(FlamingockAlertsModule.forRoot({ channels }))).rejects.toBeInstanceOf(
      InvalidAlertOptionsError,
    );
    expect(await new InMemoryAuditStore(database).readHead('shop')).toBeUndefined();
  });
});
