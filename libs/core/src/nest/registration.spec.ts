import 'reflect-metadata';
import { Logger, type LoggerService } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { inMemoryAuditStore, inMemoryTargetSystem } from '@nestjs-flamingock/testing';
import { Change } from '../change/change.decorator.js';
import { Execution } from '../change/execution.decorator.js';
import { TargetSystem } from '../change/target-system.decorator.js';
import { flamingockConfig } from '../config.js';
import { aModule, boot, closeApplications } from '../fixtures/applications.js';
import { failureOf } from '../fixtures/runs.js';
import { nonTransactionalTargetSystem } from './non-transactional.target-system.js';
import type { FlamingockModuleAsyncOptions, FlamingockModuleOptions } from './flamingock-options.js';
import { FlamingockModule } from './flamingock.module.js';
import { InvalidOptionsError } from './nest.errors.js';

let calls: string[];

beforeEach(() => {
  calls = [];
});

afterEach(async () => {
  await closeApplications();
  Reflect.deleteProperty(process.env, 'FLAMINGOCK_ON_ISUE');
});

@Change({ id: 'only', order: '1', author: 'team' })
@TargetSystem('database')
class Only {
  @Execution()
  execute(): void {
    calls.push('only');
  }
}

type Imports = Parameters<typeof aModule>[0]['imports'];

const sound = { auditStore: inMemoryAuditStore(), targetSystems: [inMemoryTargetSystem('database')] };
/** As code that is not type-checked calls it. */
const forRoot = (options: unknown) => FlamingockModule.forRoot(options as FlamingockModuleOptions);
const forRootAsync = (options: unknown) =>
  FlamingockModule.forRootAsync(options as FlamingockModuleAsyncOptions);
const forFeature = (options: unknown) => FlamingockModule.forFeature(options as never);
const changes = () => FlamingockModule.forFeature({ stage: 'main', changes: [Only] });

/** What keeps an application with these imports from starting. */
async function faultsOf(...imports: NonNullable<Imports>): Promise<readonly string[]> {
  const error = await failureOf(boot(aModule({ imports })));
  expect(error).toBeInstanceOf(InvalidOptionsError);
  expect(calls).toEqual([]);
  return (error as InvalidOptionsError).faults;
}

describe('what forRoot is given for adapters', () => {
  const missing = /^auditStore is missing: .*forRoot\(\{ auditStore: anAuditStore\(\), targetSystems: \[/;
  function anAdapter() {
    return inMemoryAuditStore();
  }

  it.each<[string, object, RegExp]>([
    ['no audit store', { auditStore: undefined }, missing],
    ['null for one', { auditStore: null }, missing],
    [
      'a function that was not called',
      { auditStore: anAdapter },
      /^auditStore is the function anAdapter.*write anAdapter\(\)/,
    ],
    [
      'something else',
      { auditStore: new Map() },
      /^auditStore must be what the function of an adapter returns, not Map/,
    ],
    ['no target systems', { targetSystems: undefined }, /^targetSystems is missing: .*aTargetSystem\('id'\)/],
    ['one that is no list', { targetSystems: inMemoryTargetSystem('x') }, /^targetSystems must be a list/],
    ['undefined in their list', { targetSystems: [undefined] }, /^targetSystems\[0\] is missing/],
    [
      'an audit store in their list',
      { targetSystems: [inMemoryAuditStore()] },
      /^targetSystems\[0\] is no target system/,
    ],
    [
      'options in place of an id',
      { targetSystems: [nonTransactionalTargetSystem({ provide: [] } as never)] },
      /^targetSystems\[0\] has \{ provide: .* for an id: its id comes first/,
    ],
    [
      'a single class to provide',
      { targetSystems: [nonTransactionalTargetSystem('files', { provide: Only as never })] },
      /^provide of targetSystems\[0\] must be a list, not Only/,
    ],
    [
      'undefined to provide',
      { targetSystems: [nonTransactionalTargetSystem('files', { provide: [undefined as never] })] },
      /^provide of targetSystems\[0\] contains undefined/,
    ],
  ])('is refused where it is %s', async (_what, options, fault) => {
    expect(await faultsOf(forRoot({ ...sound, ...options }), changes())).toEqual([
      expect.stringMatching(fault),
    ]);
    expect(await faultsOf(forRootAsync({ ...sound, ...options, useFactory: () => ({}) }))).toEqual([
      expect.stringMatching(fault),
    ]);
  });

  it('is refused where nothing is given at all', async () => {
    expect(await faultsOf(forRoot(undefined))).toEqual([
      expect.stringMatching(/^FlamingockModule.forRoot\(\) takes its options as an object, not undefined/),
      expect.stringMatching(/^auditStore is missing/),
      expect.stringMatching(/^targetSystems is missing/),
    ]);
  });

  it('is refused where no module provides what an adapter injects', async () => {
    const auditStore = { ...inMemoryAuditStore(), inject: ['connection'] };
    expect(await faultsOf(forRoot({ ...sound, auditStore }))).toEqual([
      'nothing provides connection, which an adapter injects',
    ]);
    const whenMissing = 'no connection: write anAuditStore({ connection })';
    expect(await faultsOf(forRoot({ ...sound, auditStore: { ...auditStore, whenMissing } }))).toEqual([
      whenMissing,
    ]);
  });

  it('is refused where a module keeps it to itself', async () => {
    const auditStore = { ...inMemoryAuditStore(), inject: ['connection'] };
    const hidden = aModule({ providers: [{ provide: 'connection', useValue: 1 }] });
    expect(await faultsOf(forRoot({ ...sound, auditStore }), hidden)).toEqual([
      expect.stringMatching(/^connection is provided, and Flamingock cannot get it: .*export it.*global/),
    ]);
  });

  it('is not to blame where what it injects could not be built', async () => {
    const auditStore = { ...inMemoryAuditStore(), inject: ['connection'] };
    const useFactory = () => Promise.reject(new TypeError('connection refused'));
    const broken = {
      ...aModule({ providers: [{ provide: 'connection', useFactory }], exports: ['connection'] }),
      global: true,
    };
    expect(await failureOf(boot(aModule({ imports: [forRoot({ ...sound, auditStore }), broken] })))).toEqual(
      new TypeError('connection refused'),
    );
  });
});

describe('an option that nobody knows', () => {
  it.each<[string, () => NonNullable<Imports>, string]>([
    [
      'forRoot',
      () => [forRoot({ ...sound, onIsue: 'skip' })],
      'FlamingockModule.forRoot() has no option "onIsue": did you mean onIssue?',
    ],
    [
      'forRoot, in lock',
      () => [forRoot({ ...sound, lock: { leaseMS: 900 } })],
      'lock has no option "leaseMS": did you mean leaseMs?',
    ],
    [
      'forRoot, in timeouts',
      () => [forRoot({ ...sound, timeouts: { runms: 900 } })],
      'timeouts has no option "runms": did you mean runMs?',
    ],
    [
      'forRootAsync',
      () => [forRootAsync({ ...sound, useFactry: () => ({}) })],
      'FlamingockModule.forRootAsync() has no option "useFactry": did you mean useFactory?',
    ],
    [
      'forRootAsync, a setting',
      () => [forRootAsync({ ...sound, service: 'inventory', useFactory: () => ({}) })],
      'FlamingockModule.forRootAsync() has no option "service": return it from useFactory, as a setting',
    ],
    [
      'what useFactory returns',
      () => [forRootAsync({ ...sound, useFactory: () => ({ stage: ['a'] }) })],
      'Flamingock has no option "stage": did you mean stages?',
    ],
    [
      'forFeature',
      () => [forRoot(sound), forFeature({ stage: 'main', change: [Only], changes: [] })],
      `FlamingockModule.forFeature({ stage: 'main' }) has no option "change": did you mean changes?`,
    ],
    [
      'a target system',
      () => [
        forRoot({
          ...sound,
          targetSystems: [nonTransactionalTargetSystem('files', { provides: [] } as never)],
        }),
      ],
      `nonTransactionalTargetSystem('files') has no option "provides": did you mean provide?`,
    ],
  ])('is refused with the one that was meant: %s', async (_what, imports, fault) => {
    expect(await faultsOf(...imports())).toEqual([fault]);
  });

  it('is refused with all that there are where none is alike', async () => {
    expect(await faultsOf(forRoot({ ...sound, lock: { x: 1 } }))).toEqual([
      'lock has no option "x"; there are leaseMs, waitMs, retryMs',
    ]);
  });

  it('is refused where a variable of the environment should be one', async () => {
    process.env['FLAMINGOCK_ON_ISUE'] = 'skip';
    const config = ConfigModule.forRoot({ load: [flamingockConfig], ignoreEnvFile: true, cache: false });
    await expect(boot(aModule({ imports: [config, forRoot(sound)] }))).rejects.toThrow(
      'FLAMINGOCK_ON_ISUE is not a variable of Flamingock: did you mean FLAMINGOCK_ON_ISSUE?',
    );
  });

  it('is none where its value is undefined', async () => {
    await boot(aModule({ imports: [forRoot({ ...sound, other: undefined }), changes()] }));
    expect(calls).toEqual(['only']);
  });
});

describe('settings of the wrong kind', () => {
  it.each<[string, unknown, RegExp]>([
    [
      'nothing, from a factory that forgot to return',
      undefined,
      /^Flamingock takes its options as an object, not undefined/,
    ],
    ['a number for lock', { lock: 5 }, /^lock takes its options as an object, not 5/],
    ['a text for stages', { stages: 'main' }, /^stages must be a list of texts, not "main"/],
    [
      'a text for shutdownSignals',
      { shutdownSignals: 'SIGTERM' },
      /^shutdownSignals must be a list of texts/,
    ],
  ])('are refused: %s', async (_what, settings, fault) => {
    expect(await faultsOf(forRootAsync({ ...sound, useFactory: () => settings }), changes())).toEqual([
      expect.stringMatching(fault),
    ]);
  });
});

describe('forFeature', () => {
  it('without forRoot is refused, for all stages at once', async () => {
    const other = FlamingockModule.forFeature({ stage: 'other', changes: [] });
    expect(await faultsOf(changes(), aModule({ imports: [other] }))).toEqual([
      expect.stringMatching(
        /forFeature\(\) is imported for "main", "other", and .*forRoot\(\) is not.*forRoot\(\{ auditStore, targetSystems \}\).*enabled: false/,
      ),
    ]);
  });

  it.each<[string, unknown, RegExp]>([
    ['nothing', undefined, /^FlamingockModule.forFeature\(\) takes its options as an object/],
    [
      'no list',
      { stage: 'main', changes: Only },
      /^changes of FlamingockModule.forFeature\(\{ stage: 'main' \}\) must be a list of classes, not Only/,
    ],
    [
      'undefined in the list',
      { stage: 'main', changes: [undefined] },
      /^changes\[0\] of .* must be a class, not undefined: .*two files import each other/,
    ],
    [
      'an object in the list',
      { stage: 'main', changes: [{}] },
      /^changes\[0\] of .* must be a class, not \{\}/,
    ],
    ['no stage', { changes: [Only] }, /^stage of FlamingockModule.forFeature\(\) must be a text/],
  ])('is refused with %s', async (_what, options, fault) => {
    const faults = await faultsOf(forRoot(sound), forFeature(options));
    expect(faults[0]).toMatch(fault);
  });
});

describe('everything that is wrong with the calls', () => {
  it('is told in one error', async () => {
    const faults = await faultsOf(
      forRoot({ targetSystems: sound.targetSystems, onIsue: 'skip', lock: { leaseMs: 1 } }),
      forRoot(sound),
      forFeature({ stage: 'main', changes: [undefined] }),
    );
    expect(faults).toHaveLength(5);
  });

  it('is told once, by the logger of Nest, with no stack', async () => {
    const told: unknown[] = [];
    const keep = (message: unknown): void => void told.push(message);
    const logger: LoggerService = { log: () => undefined, warn: keep, error: keep, fatal: keep };
    try {
      const error = await failureOf(boot(aModule({ imports: [forRoot({})] }), logger));
      expect(told).toEqual([error]);
      expect((error as Error).stack).toBe(`InvalidOptionsError: ${(error as Error).message}`);
    } finally {
      Logger.overrideLogger(false);
    }
  });
});
