import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { DynamicModule, INestApplication, OnApplicationBootstrap } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { inMemoryAuditStore } from '@nestjs-flamingock/testing';
import { Change, Execution, nonTransactionalTargetSystem, TargetSystem } from '../index.js';
import type { ChangeClass } from '../change/change-discovery.js';
import { ChangeContext } from '../change/change-context.js';
import { aModule, rootModule } from '../fixtures/applications.js';
import { failureOf } from '../fixtures/runs.js';
import type { FlamingockSettings } from './flamingock-options.js';
import { FlamingockService } from './flamingock.service.js';
import { InvalidOptionsError, ProbePortError } from './nest.errors.js';

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

let port: number;
let seen: Answer[];
let logged: string[];
const apps: INestApplication[] = [];

beforeEach(async () => {
  port = await freePort();
  seen = [];
  logged = [];
});
afterEach(async () => {
  for (const app of apps.splice(0)) await app.close();
});

async function freePort(): Promise<number> {
  const server = await listening(0);
  const { port: found } = server.address() as AddressInfo;
  await closed(server);
  return found;
}

function listening(on: number): Promise<Server> {
  return new Promise((resolve) => {
    const server = createServer((_request, response) => response.end('another one'));
    server.listen(on, '127.0.0.1', () => resolve(server));
  });
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}

async function ask(path: string): Promise<Answer> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`);
  return { status: response.status, body: (await response.json()) as Answer['body'] };
}

/** Asks the probe from inside. */
@Change({ id: 'fill', order: '0001', author: 'team' })
@TargetSystem('files')
class Fill {
  @Execution()
  async execute(context: ChangeContext): Promise<void> {
    context.progress(1, 4, 'sku');
    seen.push(await ask('/readyz'), await ask('/livez'));
  }
}

@Change({ id: 'broken', order: '0001', author: 'team' })
@TargetSystem('files')
class Broken {
  @Execution()
  execute(): void {
    throw new TypeError('no');
  }
}

function root(
  settings: FlamingockSettings,
  parts: { changes?: readonly ChangeClass[]; late?: DynamicModule } = {},
) {
  return rootModule({
    flamingock: {
      service: 'inventory',
      auditStore: inMemoryAuditStore(),
      targetSystems: [nonTransactionalTargetSystem('files')],
      ...settings,
    },
    changes: parts.changes ?? [Fill],
    imports: parts.late ? [parts.late] : [],
  });
}

async function create(module: DynamicModule): Promise<INestApplication> {
  const keep = (message: unknown) => void logged.push(String(message));
  const logger = { log: keep, warn: keep, error: keep };
  const app = await NestFactory.create(module, { logger, abortOnError: false });
  apps.push(app);
  return app;
}

const probe = (more: object = {}) => ({ probe: { port, ...more } });
const isClosed = async () => ((await failureOf(ask('/livez'))) as Error).message === 'fetch failed';
const faultsOf = async (settings: FlamingockSettings) => {
  const error = await failureOf(create(root(settings, { changes: [] })).then((app) => app.init()));
  expect(error).toBeInstanceOf(InvalidOptionsError);
  return (error as InvalidOptionsError).faults;
};

describe('the probe of an application', () => {
  it('is none unless a port is set', async () => {
    const app = await create(root({ probe: { host: '127.0.0.1' } }, { changes: [] }));
    await app.init();
    expect(await isClosed()).toBe(true);
  });

  it('is alive and not ready while a change is applied, and says how far it has come', async () => {
    const app = await create(root(probe()));
    expect(await ask('/readyz')).toMatchObject({ status: 503, body: { state: 'starting' } });
    await app.init();
    const progress = { done: 1, total: 4, percent: 25, note: 'sku' };
    expect(seen).toMatchObject([
      {
        status: 503,
        body: {
          state: 'applying',
          role: 'both',
          service: 'inventory',
          pending: 1,
          change: { id: 'fill', stage: 'main', position: 1, of: 1, progress },
        },
      },
      { status: 200 },
    ]);
    expect(String(seen[0]?.body['since'])).toMatch(/^\d{4}-\d\d-\d\dT/);
  });

  it('is open before connections are, and while other modules start', async () => {
    class Late implements OnApplicationBootstrap {
      async onApplicationBootstrap(): Promise<void> {
        seen.push(await ask('/readyz'));
      }
    }
    const connection = {
      provide: 'CONNECTION',
      useFactory: async () => {
        for (;;) {
          const answer = await ask('/livez').catch(() => undefined);
          if (answer) return seen.push(answer);
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
      },
    };
    const late = aModule({ providers: [Late, connection] });
    const app = await create(root(probe(), { changes: [], late }));
    await app.init();
    expect(seen).toMatchObject([{ status: 200 }, { status: 503, body: { state: 'starting', pending: 0 } }]);
  });

  it('closes before the application listens, which may have its port', async () => {
    const app = await create(root(probe()));
    await app.listen(port, '127.0.0.1');
    const response = await fetch(`http://127.0.0.1:${port}/livez`);
    expect(response.status).toBe(404);
    expect(seen).toHaveLength(2);
  });

  it('stays open where it is to, and is ready once the application listens', async () => {
    const app = await create(root(probe({ keepOpen: true })));
    await app.init();
    expect(await ask('/readyz')).toMatchObject({ status: 503, body: { state: 'starting', pending: 0 } });
    await app.listen(0, '127.0.0.1');
    expect(await ask('/readyz')).toMatchObject({ status: 200, body: { state: 'ready' } });
    const metrics = await fetch(`http://127.0.0.1:${port}/metrics`);
    expect(await metrics.text()).toContain(
      'flamingock_changes_total{service="inventory",result="executed"} 1',
    );
    await app.close();
    expect(await isClosed()).toBe(true);
  });

  it('is not ready any more while the application closes, before any hook of another module', async () => {
    const answers: Answer[] = [];
    class Worker {
      async onModuleDestroy(): Promise<void> {
        answers.push(await ask('/readyz'));
      }
      async beforeApplicationShutdown(): Promise<void> {
        answers.push(await ask('/readyz'), await ask('/livez'));
      }
    }
    const settings = { ...probe({ keepOpen: true }) };
    const app = await create(aModule({ imports: [root(settings)], providers: [Worker] }));
    await app.listen(0, '127.0.0.1');
    expect(await ask('/readyz')).toMatchObject({ status: 200 });
    await app.close();
    const closing = { status: 503, body: { state: 'closing', reason: 'the application is being closed' } };
    expect(answers).toMatchObject([closing, closing, { status: 200 }]);
    expect(await isClosed()).toBe(true);
  });

  it('is ready after the start of an application that has no HTTP', async () => {
    const module = root(probe({ keepOpen: true }));
    const app = await NestFactory.createApplicationContext(module, { logger: false, abortOnError: false });
    expect(await ask('/readyz')).toMatchObject({ status: 200 });
    await app.close();
  });

  it('says what stopped a start, where the process goes on', async () => {
    const app = await create(root(probe(), { changes: [Broken] }));
    await failureOf(app.init());
    expect(await ask('/readyz')).toMatchObject({
      status: 503,
      body: { state: 'failed', pending: 1, issues: [{ changeId: 'broken', state: 'EXECUTION_FAILED' }] },
    });
    await failureOf(create(root(probe(), { changes: [Broken] })).then((next) => next.init()));
  });

  it('opens for applications that run by hand, and is closed before they listen', async () => {
    const app = await create(root({ runAt: 'manual', ...probe() }));
    await app.get(FlamingockService).execute();
    expect(seen).toHaveLength(2);
    await app.init();
    expect(await isClosed()).toBe(true);
  });

  it('is left out with one warning where its port is taken', async () => {
    const other = await listening(port);
    const app = await create(root(probe(), { changes: [] }));
    await app.init();
    await closed(other);
    expect(logged.filter((line) => line.includes('No probe'))).toEqual([
      expect.stringMatching(`port ${port} of 127.0.0.1 .*EADDRINUSE`),
    ]);
  });

  it('keeps an application from being made where it is required and its port is taken', async () => {
    const other = await listening(port);
    const error = await failureOf(create(root(probe({ required: true }))));
    await closed(other);
    expect(error).toBeInstanceOf(ProbePortError);
    expect(error).toMatchObject({ code: 'FLAMINGOCK_PROBE_PORT', port, host: '127.0.0.1' });
  });

  it('is refused with every other fault where its settings make no sense', async () => {
    const nonsense = { port: 70_000, host: '', keepOpen: 1, requird: true };
    const settings = { probe: nonsense, commit: 'never' } as unknown as FlamingockSettings;
    expect(await faultsOf(settings)).toEqual([
      expect.stringContaining('commit'),
      expect.stringContaining('"requird"'),
      expect.stringContaining('probe.port must be a port'),
      expect.stringContaining('probe.host'),
      expect.stringContaining('probe.keepOpen'),
    ]);
  });
});

describe('variables of the probe', () => {
  const before = { ...process.env };
  afterEach(() => {
    process.env = { ...before };
  });

  it('open one whether or not flamingockConfig is loaded, and give way to code', async () => {
    process.env['FLAMINGOCK_PROBE_PORT'] = String(port);
    const app = await create(root({}, { changes: [] }));
    expect(await ask('/livez')).toMatchObject({ status: 200 });
    await app.init();
    await create(root({ probe: false }, { changes: [] }));
    expect(await isClosed()).toBe(true);
  });

  it('are refused where they make no sense', async () => {
    process.env['FLAMINGOCK_PROBE_PORT'] = 'http';
    process.env['FLAMINGOCK_PROBE_REQUIRED'] = 'yes';
    expect(await faultsOf({})).toEqual([
      'FLAMINGOCK_PROBE_PORT must be a port, a whole number from 0 to 65535, not "http"',
      'FLAMINGOCK_PROBE_REQUIRED must be one of true, false, not "yes"',
    ]);
  });
});
