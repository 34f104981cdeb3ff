import 'reflect-metadata';
import { setImmediate as turn } from 'node:timers/promises';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleInit } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { inMemoryAuditStore, InMemoryAuditStore, InMemoryDatabase } from '@nestjs-flamingock/testing';
import { ChangeContext } from '../change/change-context.js';
import type { ChangeClass } from '../change/change-discovery.js';
import { Change } from '../change/change.decorator.js';
import { InvalidChangesError } from '../change/change.errors.js';
import { Execution } from '../change/execution.decorator.js';
import { TargetSystem } from '../change/target-system.decorator.js';
import { flamingockConfig } from '../config.js';
import { aModule, boot, closeApplications, rootModule } from '../fixtures/applications.js';
import { failureOf, statesOf } from '../fixtures/runs.js';
import { ChangeFailedError, RunAbortedError } from '../run/run.errors.js';
import { FlamingockEvents } from '../reporting/event-publisher.js';
import { nonTransactionalTargetSystem } from './non-transactional.target-system.js';
import {
  FLAMINGOCK_ADAPTER_HOST,
  FLAMINGOCK_AUDIT_STORE,
  FLAMINGOCK_OVERRIDES,
} from './flamingock.constants.js';
import type { AdapterHost } from '../runtime/adapter-host.js';
import { applicationName, nodeRuntime } from '../runtime/node-runtime.js';
import { FlamingockModule } from './flamingock.module.js';
import type {
  FlamingockModuleAsyncOptions,
  FlamingockSettings,
  FlamingockSettingsFactory,
} from './flamingock-options.js';
import { FlamingockService } from './flamingock.service.js';
import { FlamingockDisabledError, InvalidOptionsError } from './nest.errors.js';

/** What an application is called that says nothing: by its package.json. */
const NAME = applicationName()!;

let calls: string[];
let database: InMemoryDatabase;
const environment = { ...process.env };

beforeEach(() => {
  calls = [];
  database = new InMemoryDatabase();
});

afterEach(async () => {
  await closeApplications();
  for (const name of Object.keys(process.env))
    if (name.startsWith('FLAMINGOCK_')) Reflect.deleteProperty(process.env, name);
  Object.assign(process.env, environment);
});

/** A change that does what `body` does. */
function aClass(name: string, body: (context: ChangeContext) => unknown = () => undefined): ChangeClass {
  class SomeChange {
    async execute(context: ChangeContext): Promise<void> {
      calls.push(name);
      await body(context);
    }
  }
  Object.defineProperty(SomeChange, 'name', { value: name });
  Reflect.defineMetadata('design:paramtypes', [ChangeContext], SomeChange.prototype, 'execute');
  Execution()(
    SomeChange.prototype,
    'execute',
    Object.getOwnPropertyDescriptor(SomeChange.prototype, 'execute')!,
  );
  Change({ id: name, order: name, author: 'team' })(SomeChange);
  TargetSystem('files')(SomeChange);
  return SomeChange;
}

const adapters = () => ({
  auditStore: inMemoryAuditStore(database),
  targetSystems: [nonTransactionalTargetSystem('files')],
});
const start = (settings: FlamingockSettings, ...changes: ChangeClass[]) =>
  boot(rootModule({ flamingock: { ...adapters(), ...settings }, changes }));
const startAsync = (options: Partial<FlamingockModuleAsyncOptions>, ...imports: never[]) =>
  boot(
    aModule({
      imports: [
        ...imports,
        FlamingockModule.forRootAsync({ ...adapters(), ...options }),
        FlamingockModule.forFeature({ stage: 'main', changes: [aClass('a')] }),
      ],
    }),
  );
const historyOf = (service: string) => new InMemoryAuditStore(database).readHead(service);
const states = () => statesOf(new InMemoryAuditStore(database), NAME);
/** A gate that a change waits at. */
function gate() {
  let open: () => void = () => undefined;
  const passed = new Promise<void>((resolve) => (open = resolve));
  return { open, passed };
}
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await turn();
}

describe('FlamingockModule.forRoot', () => {
  it('applies changes before the application has started', async () => {
    const app = await start({}, aClass('a'), aClass('b'));
    expect(calls).toEqual(['a', 'b']);
    expect((await app.get(FlamingockService).plan()).changes.map(({ action }) => action)).toEqual([
      'SKIP',
      'SKIP',
    ]);
  });

  it('applies nothing at the next start', async () => {
    await start({}, aClass('a'));
    await start({}, aClass('a'));
    expect(calls).toEqual(['a']);
  });

  it('does so before any other module may begin its work', async () => {
    const seen: string[] = [];
    @Injectable()
    class Worker implements OnModuleInit, OnApplicationBootstrap {
      onModuleInit() {
        seen.push(`init after ${calls.length} changes`);
      }
      onApplicationBootstrap() {
        seen.push(`bootstrap after ${calls.length} changes`);
      }
    }
    const modules = [
      aModule({ imports: [aModule({ providers: [Worker] })] }),
      aModule({ providers: [Worker] }),
    ];
    await boot(
      aModule({
        imports: [modules[0]!, rootModule({ flamingock: adapters(), changes: [aClass('a')] }), modules[1]!],
        providers: [Worker],
      }),
    );
    expect(seen).toEqual([
      ...Array(3).fill('init after 1 changes'),
      ...Array(3).fill('bootstrap after 1 changes'),
    ]);
  });

  it('can be asked for from every module', async () => {
    class Needs {
      constructor(
        readonly service: FlamingockService,
        readonly events: FlamingockEvents,
        readonly store: unknown,
      ) {}
    }
    Inject(FlamingockService)(Needs, undefined, 0);
    Inject(FlamingockEvents)(Needs, undefined, 1);
    Inject(FLAMINGOCK_AUDIT_STORE)(Needs, undefined, 2);
    const app = await boot(
      rootModule({ flamingock: adapters(), imports: [aModule({ providers: [Needs] })] }),
    );
    const needs = app.get(Needs, { strict: false });
    expect([needs.service, needs.events]).toEqual([app.get(FlamingockService), app.get(FlamingockEvents)]);
    expect(needs.store).toBeInstanceOf(InMemoryAuditStore);
  });

  it('aborts the start where a change fails, with the error that says what to do', async () => {
    const failing = aClass('a', () => {
      throw new TypeError('broke');
    });
    const error = await failureOf(start({}, failing, aClass('b')));
    expect(error).toBeInstanceOf(ChangeFailedError);
    expect(calls).toEqual(['a']);
  });

  it('aborts the start where settings make no sense, whatever else', async () => {
    const settings = { runAt: 'manual', onIssue: 'x', lock: { leaseMs: 1 } } as unknown as FlamingockSettings;
    const error = await failureOf(start(settings, aClass('a')));
    expect(error).toBeInstanceOf(InvalidOptionsError);
    expect((error as InvalidOptionsError).faults).toHaveLength(2);
  });

  it('keeps history under the name of the service', async () => {
    await start({ service: 'inventory' }, aClass('a'));
    expect([await historyOf('inventory'), await historyOf(NAME)]).toEqual([
      expect.objectContaining({ seq: 2 }),
      undefined,
    ]);
  });

  it('lets adapters inject what their modules export, and waits for those that take time', async () => {
    const connection = aModule({
      providers: [{ provide: 'connection', useValue: database }],
      exports: ['connection'],
    });
    const auditStore = {
      imports: [connection],
      inject: ['connection'],
      useFactory: async (injected: InMemoryDatabase) => {
        await turn();
        return new InMemoryAuditStore(injected);
      },
    };
    await boot(rootModule({ flamingock: { ...adapters(), auditStore }, changes: [aClass('a')] }));
    expect(await historyOf(NAME)).toMatchObject({ seq: 2 });
  });

  it('aborts the start where the audit store cannot be built', async () => {
    const auditStore = { useFactory: () => Promise.reject(new TypeError('no such host')) };
    await expect(
      boot(rootModule({ flamingock: { ...adapters(), auditStore }, changes: [aClass('a')] })),
    ).rejects.toThrow('no such host');
    expect(calls).toEqual([]);
  });
});

describe('runAt', () => {
  it('manual applies nothing until it is asked to', async () => {
    const app = await start({ runAt: 'manual' }, aClass('a'));
    expect(calls).toEqual([]);
    const report = await app.get(FlamingockService).execute();
    expect([calls, report.status]).toEqual([['a'], 'applied']);
  });

  it('manual tells faults when it is asked, and not before', async () => {
    class Forgotten {}
    const app = await start({ runAt: 'manual' }, Forgotten);
    const service = app.get(FlamingockService);
    expect(await failureOf(service.plan())).toBeInstanceOf(InvalidChangesError);
    expect(await failureOf(service.execute())).toBeInstanceOf(InvalidChangesError);
  });
});

describe('overrides', () => {
  it('win over what is set in code, setting by setting', async () => {
    const overrides: FlamingockSettings = { runAt: 'manual', lock: { waitMs: 7 } };
    const app = await boot(
      aModule({
        providers: [{ provide: FLAMINGOCK_OVERRIDES, useValue: overrides }],
        imports: [
          rootModule({
            flamingock: { ...adapters(), runAt: 'bootstrap', lock: { leaseMs: 900, waitMs: 1 } },
            changes: [aClass('a')],
          }),
        ],
      }),
    );
    expect(calls).toEqual([]);
    expect(app.get(FlamingockService, { strict: false }).options).toMatchObject({
      runAt: 'manual',
      lock: { leaseMs: 900, waitMs: 7 },
    });
  });
});

describe('the host of adapters', () => {
  it('has the runtime of the engine, and limits a moment below those of the settings in force', async () => {
    process.env['FLAMINGOCK_ANSWER_TIMEOUT_MS'] = '120000';
    let given: AdapterHost | undefined;
    const auditStore = {
      inject: [FLAMINGOCK_ADAPTER_HOST],
      useFactory: (host: AdapterHost) => {
        given = host;
        return new InMemoryAuditStore(database);
      },
    };
    const config = ConfigModule.forRoot({ load: [flamingockConfig] });
    const flamingock = { ...adapters(), auditStore, timeouts: { commitMs: 500 } };
    await boot(aModule({ imports: [config, rootModule({ flamingock, changes: [aClass('a')] })] }));
    expect(given).toEqual({
      runtime: nodeRuntime,
      limits: { answerMs: 119_000, commitMs: 450, rollbackMs: 2_000, takeOverMs: 60_000 },
    });
  });
});

describe('enabled: false', () => {
  it('loads everything and runs nothing', async () => {
    const app = await start({ enabled: false }, aClass('a'));
    expect(calls).toEqual([]);
    expect(await historyOf(NAME)).toBeUndefined();
    expect(await failureOf(app.get(FlamingockService).execute())).toBeInstanceOf(FlamingockDisabledError);
  });

  it.each(['bootstrap', 'module-init'] as const)('says so in one line of the log: %s', async (runAt) => {
    const lines: unknown[] = [];
    const log = (line: unknown, context: unknown) => context === 'Flamingock' && lines.push(line);
    const flamingock = { ...adapters(), enabled: false, runAt };
    await boot(rootModule({ flamingock }), { log, warn: log, error: log });
    expect(lines).toEqual([
      expect.stringMatching(/is switched off.*FLAMINGOCK_ENABLED.*no change is applied/),
    ]);
  });

  it('still tells what would be done', async () => {
    const app = await start({ enabled: false }, aClass('a'));
    expect((await app.get(FlamingockService).plan()).changes).toMatchObject([
      { changeId: 'a', action: 'EXECUTE' },
    ]);
  });
});

describe('FlamingockModule.forRootAsync', () => {
  class Settings implements FlamingockSettingsFactory {
    createFlamingockSettings() {
      return Promise.resolve({ service: 'of-a-class' });
    }
  }
  const serviceOf = async (...given: Parameters<typeof startAsync>) =>
    (await startAsync(...given)).get(FlamingockService).options.service;
  const names = aModule({ providers: [{ provide: 'name', useValue: 'injected' }], exports: ['name'] });

  it('takes settings from a factory', async () => {
    expect(await serviceOf({ useFactory: () => ({ service: 'of-a-factory' }) })).toBe('of-a-factory');
    expect(calls).toEqual(['a']);
  });

  it('waits for a factory, and injects what its imports export', async () => {
    const useFactory = async (service: string) => {
      await turn();
      return { service };
    };
    expect(await serviceOf({ imports: [names], inject: ['name'], useFactory })).toBe('injected');
  });

  it('takes settings from a class of its own', async () => {
    expect(await serviceOf({ useClass: Settings })).toBe('of-a-class');
  });

  it('takes settings from a class that is there already', async () => {
    const imports = [aModule({ providers: [Settings], exports: [Settings] })];
    expect(await serviceOf({ imports, useExisting: Settings })).toBe('of-a-class');
  });

  it('has the defaults where nothing is said', async () => {
    expect(await serviceOf({})).toBe(NAME);
  });

  it('aborts the start where the factory fails', async () => {
    const useFactory = () => Promise.reject(new TypeError('no vault'));
    await expect(startAsync({ useFactory })).rejects.toThrow('no vault');
    expect(calls).toEqual([]);
  });
});

describe('flamingockConfig', () => {
  const config = (isGlobal = false) =>
    ConfigModule.forRoot({ isGlobal, ignoreEnvFile: true, load: [flamingockConfig] }) as never;
  const optionsWith = async (settings: FlamingockSettings, imports: never[]) =>
    (await boot(rootModule({ flamingock: { ...adapters(), ...settings }, imports }))).get(FlamingockService)
      .options;

  it.each([true, false])('is read where ConfigModule has loaded it (isGlobal: %p)', async (isGlobal) => {
    process.env['FLAMINGOCK_SERVICE'] = 'from-environment';
    process.env['FLAMINGOCK_LOCK_WAIT_MS'] = '7';
    expect(await optionsWith({}, [config(isGlobal)])).toMatchObject({
      service: 'from-environment',
      lock: { waitMs: 7 },
    });
  });

  it('is read where a feature of ConfigModule has loaded it', async () => {
    process.env['FLAMINGOCK_SERVICE'] = 'from-environment';
    expect(await optionsWith({}, [ConfigModule.forFeature(flamingockConfig) as never])).toMatchObject({
      service: 'from-environment',
    });
  });

  it('yields to what is set in code, one by one', async () => {
    process.env['FLAMINGOCK_SERVICE'] = 'from-environment';
    process.env['FLAMINGOCK_LOCK_WAIT_MS'] = '7';
    process.env['FLAMINGOCK_LOCK_RETRY_MS'] = '8';
    expect(await optionsWith({ service: 'from-code', lock: { waitMs: 9 } }, [config()])).toMatchObject({
      service: 'from-code',
      lock: { waitMs: 9, retryMs: 8 },
    });
  });

  it('is not read where nobody has loaded it', async () => {
    process.env['FLAMINGOCK_SERVICE'] = 'from-environment';
    expect(await optionsWith({}, [])).toMatchObject({ service: NAME });
  });

  it('switches everything off', async () => {
    process.env['FLAMINGOCK_ENABLED'] = 'false';
    await boot(rootModule({ flamingock: adapters(), changes: [aClass('a')], imports: [config()] }));
    expect(calls).toEqual([]);
  });

  it('aborts the start, naming the variables that make no sense', async () => {
    process.env['FLAMINGOCK_RUN_AT'] = 'later';
    process.env['FLAMINGOCK_GRACE_MS'] = 'x';
    // ConfigModule reads its namespaces while modules are put together, before anything is built.
    const error = await failureOf(Promise.resolve().then(() => optionsWith({}, [config()])));
    expect((error as Error).message).toMatch(/FLAMINGOCK_RUN_AT.*FLAMINGOCK_GRACE_MS/s);
  });
});

describe('FlamingockModule.forFeature', () => {
  it('names the stage of its changes; stages run as they are declared', async () => {
    const feature = (stage: string, name: string) =>
      FlamingockModule.forFeature({ stage, changes: [aClass(name)] });
    await boot(
      rootModule({
        flamingock: { ...adapters(), stages: ['z', 'a'] },
        imports: [feature('a', '1'), feature('z', '2'), feature('a', '0')],
      }),
    );
    expect(calls).toEqual(['2', '0', '1']);
  });

  it('leaves changes that are plain providers to a stage of their own', async () => {
    const imports = [aModule({ providers: [aClass('plain') as never] })];
    const app = await boot(rootModule({ flamingock: adapters(), imports }));
    expect((await app.get(FlamingockService).plan()).changes).toMatchObject([
      { changeId: 'plain', stage: 'default' },
    ]);
  });
});

describe('two applications in one process', () => {
  it('do not see each other', async () => {
    const other = new InMemoryDatabase();
    const starting = [
      start({ service: 'one' }, aClass('a')),
      boot(
        rootModule({
          flamingock: { ...adapters(), auditStore: inMemoryAuditStore(other), service: 'two' },
          changes: [aClass('b')],
        }),
      ),
    ];
    const [one, two] = await Promise.all(starting);
    const ids = async (app: typeof one) =>
      (await app!.get(FlamingockService).plan()).changes.map(({ changeId }) => changeId);
    expect([await ids(one), await ids(two)]).toEqual([['a'], ['b']]);
    expect(calls.sort()).toEqual(['a', 'b']);
    expect(await historyOf('two')).toBeUndefined();
  });

  it('apply a change once where they are instances of one service', async () => {
    const slow = aClass('a', () => turn());
    await Promise.all([start({}, slow), start({}, slow), start({}, slow)]);
    expect(calls).toEqual(['a']);
  });
});

describe('FlamingockService.execute', () => {
  it('is one run for all who call it meanwhile', async () => {
    const app = await start(
      { runAt: 'manual' },
      aClass('a', () => turn()),
    );
    const service = app.get(FlamingockService);
    const [first, second] = await Promise.all([service.execute(), service.execute()]);
    expect(second).toBe(first);
    expect(calls).toEqual(['a']);
  });

  it('is a run of its own after the last has ended', async () => {
    const app = await start({ runAt: 'manual' }, aClass('a'));
    const service = app.get(FlamingockService);
    const first = await service.execute();
    const second = await service.execute();
    expect([first.status, second.status]).toEqual(['applied', 'up-to-date']);
    expect(second.executionId).not.toBe(first.executionId);
  });

  it('can be called again after it failed', async () => {
    let broken = true;
    const change = aClass('a', () => {
      if (broken) throw new TypeError('broke');
    });
    const app = await start({ runAt: 'manual' }, change);
    const service = app.get(FlamingockService);
    await failureOf(service.execute());
    broken = false;
    await service.audit.fix({ changeId: 'a', resolution: 'ROLLED_BACK' }, { actor: 'ann', reason: 'looked' });
    expect((await service.execute()).status).toBe('applied');
    expect(await states()).toEqual([
      'a STARTED',
      'a EXECUTION_FAILED',
      'a MANUAL_MARKED_AS_ROLLED_BACK',
      'a STARTED',
      'a EXECUTED',
    ]);
  });

  it('tells listeners what happens, in order', async () => {
    const seen: string[] = [];
    const app = await start({ runAt: 'manual' }, aClass('a'));
    const events = app.get(FlamingockEvents);
    for (const name of [
      'run.started',
      'stage.started',
      'change.started',
      'change.completed',
      'run.completed',
    ] as const) {
      events.on(name, () => seen.push(name));
    }
    await app.get(FlamingockService).execute();
    expect(seen).toEqual([
      'run.started',
      'stage.started',
      'change.started',
      'change.completed',
      'run.completed',
    ]);
  });

  it('is not disturbed by a listener that throws', async () => {
    const app = await start({ runAt: 'manual' }, aClass('a'));
    app.get(FlamingockEvents).on('change.started', () => {
      throw new TypeError('mine');
    });
    expect((await app.get(FlamingockService).execute()).status).toBe('applied');
  });
});

describe('the end of the process or the application', () => {
  const extra = () => undefined;

  // With this listener Flamingock does not send the signal again, which would end Jest.
  beforeEach(() => process.on('SIGTERM', extra));
  afterEach(() => process.off('SIGTERM', extra));

  const patient = (name: string) =>
    aClass(
      name,
      ({ signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason as Error));
        }),
    );

  it('stops the running change by SIGTERM during start-up, records it, and frees the lock', async () => {
    const starting = failureOf(start({}, patient('a'), aClass('b')));
    await until(() => calls.length === 1);
    process.emit('SIGTERM', 'SIGTERM');
    const error = await starting;
    expect(error).toBeInstanceOf(ChangeFailedError);
    expect((error as Error).cause).toBeInstanceOf(RunAbortedError);
    expect(calls).toEqual(['a']);
    expect(await states()).toEqual(['a STARTED', 'a EXECUTION_FAILED']);
    expect(await isFree()).toBe(true);
  });

  it('lets a change that ends soon after SIGTERM end well, and starts no other', async () => {
    const { open, passed } = gate();
    const starting = failureOf(
      start(
        {},
        aClass('a', () => passed),
        aClass('b'),
      ),
    );
    await until(() => calls.length === 1);
    process.emit('SIGTERM', 'SIGTERM');
    open();
    expect(await starting).toBeInstanceOf(RunAbortedError);
    expect(await states()).toEqual(['a STARTED', 'a EXECUTED']);
    expect(await isFree()).toBe(true);
  });

  it('leaves no listener of the process behind, however a run ends', async () => {
    const counts = () => ['SIGTERM', 'SIGINT', 'exit'].map((name) => process.listenerCount(name));
    const before = counts();
    await start({}, aClass('a'));
    await failureOf(
      start(
        { service: 'other' },
        aClass('b', () => {
          throw new TypeError('broke');
        }),
      ),
    );
    expect(counts()).toEqual(before);
  });

  it('listens to no signal where it is told not to', async () => {
    const { open, passed } = gate();
    const before = process.listenerCount('SIGTERM');
    const starting = start(
      { shutdownSignals: [] },
      aClass('a', () => passed),
    );
    await until(() => calls.length === 1);
    expect(process.listenerCount('SIGTERM')).toBe(before);
    open();
    await starting;
  });

  it('app.close() during a run stops it and waits until it has recorded where', async () => {
    const app = await start({ runAt: 'manual' }, patient('a'), aClass('b'));
    const running = failureOf(app.get(FlamingockService).execute());
    await until(() => calls.length === 1);
    await app.close();
    expect(await states()).toEqual(['a STARTED', 'a EXECUTION_FAILED']);
    expect(await isFree()).toBe(true);
    expect(await running).toBeInstanceOf(ChangeFailedError);
  });

  it('no run begins after app.close()', async () => {
    const app = await start({ runAt: 'manual' }, aClass('a'));
    const service = app.get(FlamingockService);
    await app.close();
    expect(await failureOf(service.execute())).toBeInstanceOf(RunAbortedError);
    expect(calls).toEqual([]);
  });

  it('app.close() ends a wait for the lock to record a finding', async () => {
    const lock = new InMemoryAuditStore(database).lock;
    await lock.acquire({ service: NAME, owner: 'other', host: 'h', pid: 1, leaseMs: 600_000 });
    const app = await start({ runAt: 'manual' }, aClass('a'));
    const fix = { ended: false };
    const fixing = app
      .get(FlamingockService)
      .audit.fix({ changeId: 'a', resolution: 'EXECUTED' }, { reason: 'test' });
    fixing.then(
      () => (fix.ended = true),
      () => (fix.ended = true),
    );
    await turn();
    await app.close();
    for (let turns = 0; turns < 100 && !fix.ended; turns += 1) await turn();
    const endedByItself = fix.ended;
    await lock.release({ service: NAME, token: 1, owner: 'other' });
    await fixing.catch(() => undefined);
    expect(endedByItself).toBe(true);
  });
});

async function isFree(): Promise<boolean> {
  return ((await new InMemoryAuditStore(database).lock.read(NAME))?.expiresAt ?? 0) === 0;
}
