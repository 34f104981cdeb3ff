import 'reflect-metadata';
import { Module, type DynamicModule, type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  Change,
  Execution,
  FlamingockEvents,
  FlamingockModule,
  ManualInterventionError,
  nonTransactionalTargetSystem,
  TargetSystem,
  type AlertMessage,
  type FlamingockModuleOptions,
} from '@nestjs-flamingock/core';
import {
  InMemoryAuditStore,
  inMemoryAuditStore,
  InMemoryDatabase,
  type InMemoryNetwork,
} from '@nestjs-flamingock/testing';
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

@Change({ id: 'index', order: '0001', author: 'team' })
@TargetSystem('files')
class Index {
  @Execution() execute(): void {}
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

  it('adds no statement to those that a start with nothing pending waits for, nor do approvals', async () => {
    const own = { name: 'own', deliver: () => Promise.resolve() };
    const alerts = FlamingockAlertsModule.forRoot({ channels: [own] });
    const approvals = { require: [{ target: 'files', count: 2 }] };
    await statementsOfStart({});
    const plain = await statementsOfStart({});
    expect(plain).not.toEqual([]);
    expect(await statementsOfStart({ approvals }, alerts)).toEqual(plain);
  });
});

/** What a start sends to the audit store until its run is over; what comes later is not answered before it serves. */
async function statementsOfStart(
  options: Partial<FlamingockModuleOptions>,
  ...more: DynamicModule[]
): Promise<string[]> {
  const sent: string[] = [];
  let isOver = false;
  let serve: () => void = () => undefined;
  const serves = new Promise<void>((resolve) => (serve = resolve));
  const network: InMemoryNetwork = (statement, leg) => {
    if (isOver) return serves;
    if (leg === 'request') sent.push(statement);
    return Promise.resolve();
  };
  @Module({})
  class Listening {
    constructor(events: FlamingockEvents) {
      events.on('run.completed', () => (isOver = true));
    }
  }
  const auditStore = inMemoryAuditStore(database.connect(network));
  const targetSystems = [nonTransactionalTargetSystem('files')];
  const root: DynamicModule = {
    module: Listening,
    imports: [
      FlamingockModule.forRoot({ service: 'shop', auditStore, targetSystems, ...options }),
      FlamingockModule.forFeature({ stage: 'main', changes: [Index] }),
      ...more,
    ],
  };
  apps.push(await NestFactory.createApplicationContext(root, { logger: false, abortOnError: false }));
  serve();
  return sent;
}
