import 'reflect-metadata';
import { setTimeout as delay } from 'node:timers/promises';
import {
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OnModuleDestroy,
  type OnModuleInit,
  type Type,
} from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { inMemoryAuditStore, InMemoryAuditStore, InMemoryDatabase } from '@nestjs-flamingock/testing';
import { Change } from '../change/change.decorator.js';
import { Execution } from '../change/execution.decorator.js';
import { TargetSystem } from '../change/target-system.decorator.js';
import { rootModule } from '../fixtures/applications.js';
import { failureOf, statesOf } from '../fixtures/runs.js';
import { FlamingockEvents } from '../reporting/event-publisher.js';
import type { FlamingockEventName } from '../reporting/flamingock.events.js';
import { ChangeFailedError, RunAbortedError } from '../run/run.errors.js';
import { nodeRuntime } from '../runtime/node-runtime.js';
import { FLAMINGOCK_RUNTIME } from './flamingock.constants.js';
import type { FlamingockSettings } from './flamingock-options.js';
import { FlamingockService } from './flamingock.service.js';
import { FlamingockDisabledError } from './nest.errors.js';
import { nonTransactionalTargetSystem } from './non-transactional.target-system.js';

const SERVICE = 'shop';

let database: InMemoryDatabase;
let seen: string[];
let logged: string[];
let isBroken: boolean;
/** Exit codes with which the process was to end. */
let ended: number[];

beforeEach(() => {
  database = new InMemoryDatabase();
  [seen, logged, ended] = [[], [], []];
  isBroken = false;
});

afterEach(() => {
  Logger.overrideLogger(true);
});

@Change({ id: 'only', order: '1', author: 'team' })
@TargetSystem('files')
class Only {
  @Execution()
  execute() {
    seen.push('change');
    if (isBroken) throw new TypeError('broken');
  }
}

@Injectable()
class Worker
  implements
    OnModuleInit,
    OnApplicationBootstrap,
    OnModuleDestroy,
    BeforeApplicationShutdown,
    OnApplicationShutdown
{
  onModuleInit() {
    seen.push('onModuleInit');
  }
  onApplicationBootstrap() {
    seen.push('onApplicationBootstrap');
  }
  onModuleDestroy() {
    seen.push('onModuleDestroy');
    throw new TypeError('was never started');
  }
  beforeApplicationShutdown() {
    seen.push('beforeApplicationShutdown');
  }
  async onApplicationShutdown() {
    await Promise.resolve();
    seen.push('onApplicationShutdown');
  }
}

const CLOSED = ['onModuleDestroy', 'beforeApplicationShutdown', 'onApplicationShutdown'];
const STARTED = ['onModuleInit', 'onApplicationBootstrap'];

/** An application as its process builds it; `init()` is the start. */
async function application(settings: FlamingockSettings, providers: Type[] = [Worker]) {
  const flamingock = {
    service: SERVICE,
    auditStore: inMemoryAuditStore(database),
    targetSystems: [nonTransactionalTargetSystem('files')],
    lock: { retryMs: 10 },
    ...settings,
  };
  const end = (exitCode: number) => {
    ended.push(exitCode);
    return new Promise<never>(() => undefined);
  };
  const log = (text: unknown) => void logged.push(String(text));
  return Test.createTestingModule({ imports: [rootModule({ flamingock, changes: [Only], providers })] })
    .overrideProvider(FLAMINGOCK_RUNTIME)
    .useValue({ ...nodeRuntime, end })
    .setLogger({ log, warn: log, error: log, debug: () => undefined })
    .compile();
}

const states = () => statesOf(new InMemoryAuditStore(database), SERVICE);
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await delay(5);
}
/** Resolves with its first news of that kind. */
const eventOf = (app: TestingModule, name: FlamingockEventName) =>
  new Promise((resolve) => app.get(FlamingockEvents).on(name, resolve));

describe('the role execute', () => {
  it('applies changes and ends with 0, with no hook but those that close something', async () => {
    const app = await application({ role: 'execute' });
    let hasStarted = false;
    void app.init().then(() => (hasStarted = true));
    await until(() => ended.length > 0);
    expect(ended).toEqual([0]);
    expect(seen).toEqual(['change', ...CLOSED]);
    expect(await states()).toEqual(['only STARTED', 'only EXECUTED']);
    expect(logged.at(-1)).toMatch(/ends here, with exit code 0: .*role "execute".*not to serve/);
    expect(hasStarted).toBe(false);
  });

  it('ends with 0 as well where nothing is pending', async () => {
    await (await application({})).init();
    seen = [];
    void (await application({ role: 'execute' })).init();
    await until(() => ended.length > 0);
    expect(ended).toEqual([0]);
    expect(seen).toEqual(CLOSED);
  });

  it('fails the start where a change fails', async () => {
    isBroken = true;
    const app = await application({ role: 'execute' });
    expect(await failureOf(app.init())).toBeInstanceOf(ChangeFailedError);
    expect(ended).toEqual([]);
    expect(seen).toEqual(['change']);
  });

  it('ends with 3, as the command does, where onIssue lets a stage be incomplete', async () => {
    isBroken = true;
    void (await application({ role: 'execute', onIssue: 'skip' })).init();
    await until(() => ended.length > 0);
    expect(ended).toEqual([3]);
  });

  it('ends although something does not close in time', async () => {
    class Hanging implements OnModuleDestroy {
      onModuleDestroy() {
        return new Promise(() => undefined);
      }
    }
    void (await application({ role: 'execute', timeouts: { graceMs: 20 } }, [Hanging])).init();
    await until(() => ended.length > 0);
    expect(logged).toContainEqual(expect.stringMatching(/did not end within 20 ms/));
  });

  it('runs once the modules are started, where runAt says so', async () => {
    void (await application({ role: 'execute', runAt: 'after-module-init' })).init();
    await until(() => ended.length > 0);
    expect(seen).toEqual(['onModuleInit', 'change', ...CLOSED]);
  });

  it('ends nothing where the application calls execute() by itself', async () => {
    const app = await application({ role: 'execute', runAt: 'manual' });
    await app.init();
    expect(await app.get(FlamingockService).execute()).toMatchObject({ status: 'applied' });
    expect(ended).toEqual([]);
  });

  it('does not serve in place of a run that is switched off', async () => {
    const app = await application({ role: 'execute', enabled: false });
    expect(await failureOf(app.init())).toBeInstanceOf(FlamingockDisabledError);
    expect(seen).toEqual([]);
  });
});

describe('the role wait', () => {
  it('starts nothing of the application before another process has applied the changes', async () => {
    const app = await application({ role: 'wait' });
    const awaiting = eventOf(app, 'run.awaiting');
    const start = app.init();
    expect(await awaiting).toMatchObject({ service: SERVICE, pending: ['only'], issues: [] });
    expect(seen).toEqual([]);
    await (await application({}, [])).init();
    await start;
    expect(seen).toEqual(['change', ...STARTED]);
    expect(await states()).toEqual(['only STARTED', 'only EXECUTED']);
  });

  it('ends in order while it waits, and says that it only waited', async () => {
    const app = await application({ role: 'wait' });
    const awaiting = eventOf(app, 'run.awaiting');
    const failure = failureOf(app.init());
    await awaiting;
    await app.get(FlamingockService).stop('the application is closing');
    const error = await failure;
    expect(error).toBeInstanceOf(RunAbortedError);
    expect((error as Error).message).toMatch(/closing\. It had waited \d+ ms .*"only": nothing was run here/);
    expect(seen).toEqual([]);
  });

  it('waits where the application calls execute() by itself, and only then', async () => {
    const app = await application({ role: 'wait', runAt: 'manual' });
    await app.init();
    const report = app.get(FlamingockService).execute();
    await eventOf(app, 'run.awaiting');
    await (await application({}, [])).init();
    expect(await report).toMatchObject({ status: 'up-to-date' });
  });

  it('leaves operations as they are', async () => {
    isBroken = true;
    await failureOf((await application({})).init());
    const app = await application({ role: 'wait', runAt: 'manual' });
    const fix = { changeId: 'only', resolution: 'EXECUTED' } as const;
    expect(await app.get(FlamingockService).audit.fix(fix, { actor: 'ops', reason: 'test' })).toMatchObject({
      state: 'MANUAL_MARKED_AS_EXECUTED',
    });
  });

  it('waits for nothing where it is switched off', async () => {
    await (await application({ role: 'wait', enabled: false })).init();
    expect(seen).toEqual(STARTED);
  });
});
