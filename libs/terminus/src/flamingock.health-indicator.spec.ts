import type { AddressInfo, Server } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { Controller, Get, Module, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  Change,
  Execution,
  FlamingockModule,
  FlamingockService,
  InvalidRequestError,
  TargetSystem,
  nonTransactionalTargetSystem,
  type ChangeClass,
  type FlamingockSettings,
} from '@nestjs-flamingock/core';
import {
  auditEntry,
  InMemoryAuditStore,
  InMemoryDatabase,
  inMemoryAuditStore,
  inMemoryTargetSystem,
} from '@nestjs-flamingock/testing';
import { HealthCheck, HealthCheckService, TerminusModule } from '@nestjs/terminus';
import { FlamingockHealthIndicator, type FlamingockHealthOptions } from './index.js';

@Change({ id: 'add-sku', order: '0001', author: 'team-inventory' })
@TargetSystem('inventory-db')
class AddSku {
  @Execution()
  execute(): void {
    return;
  }
}

@Change({ id: 'publish-catalog', order: '0002', author: 'team-events', transactional: false })
@TargetSystem('feed')
class PublishCatalog {
  @Execution()
  execute(): void {
    throw new TypeError('no route to amqp://shop:s3cret@feed');
  }
}

@Change({ id: 'add-price', order: '0003', author: 'team-inventory' })
@TargetSystem('inventory-db')
class AddPrice {
  @Execution()
  execute(): void {
    throw new TypeError('no such table');
  }
}

let begin: () => void;
let end: () => void;
const begun = new Promise<void>((resolve) => (begin = resolve));
const ended = new Promise<void>((resolve) => (end = resolve));

/** Is at work until a test ends it. */
@Change({ id: 'slow', order: '0001', author: 'team-inventory' })
@TargetSystem('inventory-db')
class Slow {
  @Execution()
  async execute(): Promise<void> {
    begin();
    await ended;
  }
}

let database: InMemoryDatabase;
let app: INestApplication | undefined;
/** What happens to each request of the audit store. */
let onRequest: (statement: string) => Promise<void>;
let options: FlamingockHealthOptions;

beforeEach(() => {
  database = new InMemoryDatabase();
  onRequest = () => Promise.resolve();
  options = {};
});

afterEach(() => app?.close());

async function start(changes: readonly ChangeClass[], settings: FlamingockSettings = {}): Promise<void> {
  await app?.close();
  const wired = database.connect((statement, leg) =>
    leg === 'request' ? onRequest(statement) : Promise.resolve(),
  );

  @Controller('health')
  class HealthController {
    constructor(
      private readonly health: HealthCheckService,
      private readonly flamingock: FlamingockHealthIndicator,
    ) {}

    @Get()
    @HealthCheck()
    check() {
      return this.health.check([() => this.flamingock.isHealthy('flamingock', options)]);
    }
  }

  @Module({
    imports: [TerminusModule.forRoot({ logger: false })],
    controllers: [HealthController],
    providers: [FlamingockHealthIndicator],
  })
  class HealthModule {}

  @Module({
    imports: [
      FlamingockModule.forRoot({
        service: 'inventory',
        auditStore: inMemoryAuditStore(wired),
        targetSystems: [inMemoryTargetSystem('inventory-db', wired), nonTransactionalTargetSystem('feed')],
        ...settings,
      }),
      FlamingockModule.forFeature({ stage: 'main', changes }),
      HealthModule,
    ],
  })
  class AppModule {}

  app = await NestFactory.create(AppModule, { logger: false, abortOnError: false });
  await app.listen(0, '127.0.0.1');
}

/** As a probe sees it. */
async function probe(): Promise<[number, unknown]> {
  const { port } = (app?.getHttpServer() as Server).address() as AddressInfo;
  const response = await fetch(`http://127.0.0.1:${port}/health`);
  const body = (await response.json()) as { details: { flamingock: unknown } };
  return [response.status, body.details.flamingock];
}

const SKIP = { onIssue: 'skip' } as const;

describe('FlamingockHealthIndicator', () => {
  it('is up once everything is applied', async () => {
    await start([AddSku]);
    expect(await probe()).toEqual([200, { status: 'up', applied: 1, pending: 0 }]);
  });

  it('is down while a change needs a manual check, and says what to type', async () => {
    await start([AddSku, PublishCatalog], SKIP);
    const message = expect.stringMatching(
      /"publish-catalog" needs a manual check: `.* issue get -c publish-catalog --guidance`/,
    );
    expect(await probe()).toEqual([
      503,
      { status: 'down', message, applied: 1, pending: 0, issues: ['publish-catalog'] },
    ]);
  });

  it('is up with changes that the next run will try again', async () => {
    await start([AddSku, AddPrice], SKIP);
    expect(await probe()).toEqual([200, { status: 'up', applied: 1, pending: 1 }]);
  });

  it('is up where another version has left an issue', async () => {
    await start([AddSku, PublishCatalog], SKIP);
    await start([AddSku]);
    expect(await probe()).toEqual([
      200,
      { status: 'up', applied: 1, pending: 0, issuesOfOtherVersions: ['publish-catalog'] },
    ]);
  });

  it('is up while another instance applies a change', async () => {
    await start([AddSku]);
    const store = new InMemoryAuditStore(database);
    await store.lock.acquire({
      service: 'inventory',
      owner: 'another',
      host: 'pod-2',
      pid: 7,
      leaseMs: 60_000,
      floor: 0,
    });
    await database.write('begin', ({ entries }) => {
      const started = auditEntry({
        executionId: 'another',
        changeId: 'add-colour',
        state: 'STARTED',
        seq: 3,
      });
      entries.set('inventory', [...(entries.get('inventory') ?? []), started]);
    });
    expect(await probe()).toEqual([200, { status: 'up', applied: 1, pending: 0 }]);
  });

  it('is down while the audit store is away, and shows no secret', async () => {
    await start([AddSku]);
    onRequest = () => Promise.reject(new TypeError('connect to postgres://shop:s3cret@db:5432 failed'));
    const message = expect.stringMatching(
      /^The audit store of service "inventory" cannot be used: .*postgres:\/\/shop:\*\*\*@db:5432 failed$/,
    );
    expect(await probe()).toEqual([503, { status: 'down', message }]);
  });

  it('is down while the audit store says nothing, and asks it no second time meanwhile', async () => {
    await start([AddSku]);
    const asked: (() => void)[] = [];
    onRequest = () => new Promise((resolve) => asked.push(resolve));
    options = { timeoutMs: 20 };
    const down = [503, { status: 'down', message: 'The audit store has not answered within 20 ms.' }];
    expect(await probe()).toEqual(down);
    const { length } = asked;
    expect(await probe()).toEqual(down);
    expect(asked).toHaveLength(length);
    for (const answer of asked) answer();
  });

  it('is up while a change of its own keeps the audit store from answering', async () => {
    await start([Slow], { runAt: 'manual' });
    const running = app?.get(FlamingockService).execute();
    await begun;
    const asked: (() => void)[] = [];
    onRequest = () => new Promise((resolve) => asked.push(resolve));
    options = { timeoutMs: 20 };
    const message = 'The audit store has not answered within 20 ms, while this instance applies a change.';
    expect(await probe()).toEqual([200, { status: 'up', message }]);
    onRequest = () => Promise.resolve();
    for (const answer of asked) answer();
    end();
    await running;
  });

  it('tells once it has walked the history that nobody tampered with it', async () => {
    await start([AddSku]);
    options = { verify: true };
    expect(await settled('verified')).toEqual([200, { status: 'up', applied: 1, pending: 0, verified: 2 }]);
  });

  it('is down once it has found that the history was tampered with', async () => {
    await start([AddSku]);
    await database.write('tamper', ({ entries }) => {
      const [first, ...others] = entries.get('inventory') ?? [];
      if (first) entries.set('inventory', [{ ...first, author: 'nobody' }, ...others]);
    });
    expect((await probe())[0]).toBe(200);
    options = { verify: true };
    const message = expect.stringMatching(/tampered with: entry 1 .*hash.* See `.* audit verify`\.$/);
    expect(await settled('message')).toEqual([503, { status: 'down', message, applied: 1, pending: 0 }]);
  });

  it('goes on without having walked the history where it cannot be read', async () => {
    await start([AddSku]);
    onRequest = (statement) =>
      statement === 'readHistory' ? Promise.reject(new TypeError('away')) : Promise.resolve();
    options = { verify: true };
    expect((await probe())[0]).toBe(200);
    expect((await probe())[0]).toBe(200);
  });

  it('asks nothing where Flamingock is switched off', async () => {
    onRequest = () => Promise.reject(new TypeError('away'));
    await start([AddSku], { enabled: false });
    expect(await probe()).toEqual([200, { status: 'up', message: 'Flamingock is switched off.' }]);
  });

  it('refuses options that make no sense, all at once', async () => {
    await start([AddSku]);
    const indicator = app?.get(FlamingockHealthIndicator, { strict: false });
    const wrong = { verify: 'yes', timeoutMs: 0 } as unknown as FlamingockHealthOptions;
    const error = await indicator?.isHealthy('flamingock', wrong).catch((one: unknown) => one);
    expect(error).toBeInstanceOf(InvalidRequestError);
    expect((error as Error).message).toMatch(/"verify" must .*"timeoutMs" must /);
  });
});

/** What a probe sees once it has that field. */
async function settled(field: string): Promise<[number, unknown]> {
  for (;;) {
    const seen = await probe();
    if (field in (seen[1] as object)) return seen;
    await pause(10);
  }
}
