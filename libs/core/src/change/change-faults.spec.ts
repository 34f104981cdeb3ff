import 'reflect-metadata';
import { Inject, Injectable, Scope, type DynamicModule } from '@nestjs/common';
import { inMemoryAuditStore, inMemoryTargetSystem } from '@nestjs-flamingock/testing';
import {
  aModule,
  boot,
  closeApplications,
  faultsOf,
  rootModule,
  type ApplicationParts,
} from '../fixtures/applications.js';
import { failureOf } from '../fixtures/runs.js';
import { FlamingockModule } from '../nest/flamingock.module.js';
import { FlamingockService } from '../nest/flamingock.service.js';
import { RecoveryStrategy } from '../audit/recovery-strategy.js';
import { nonTransactionalTargetSystem } from '../nest/non-transactional.target-system.js';
import type { ChangeClass } from './change-discovery.js';
import { Change } from './change.decorator.js';
import { InvalidChangesError, type ChangeFault } from './change.errors.js';
import type { ChangeOptions, RecoveryOptions } from './change-metadata.js';
import { Execution, RollbackExecution, Verify } from './execution.decorator.js';
import { Recovery } from './recovery.decorator.js';
import { TargetSystem } from './target-system.decorator.js';

let ran: string[];

beforeEach(() => {
  ran = [];
});

afterEach(closeApplications);

const flamingock = () => ({
  auditStore: inMemoryAuditStore(),
  targetSystems: [nonTransactionalTargetSystem('files'), inMemoryTargetSystem('inventory-db')],
});
const parts = (more: Partial<ApplicationParts>): ApplicationParts => ({ flamingock: flamingock(), ...more });
const faults = (...changes: ChangeClass[]) => faultsOf(parts({ changes }));

/** A sound change, unless `options` or `target` say otherwise. */
function aClass(options: Partial<ChangeOptions> = {}, target: string | undefined = 'files', name = 'Sound') {
  const { [name]: type } = {
    [name]: class {
      execute(): void {
        ran.push(name);
      }
    },
  };
  if (!type) throw new TypeError('no class');
  decorateMethod(type, 'execute', Execution());
  Change({ id: `id-of-${name}`, order: name, author: 'team', ...options })(type);
  if (target !== '') TargetSystem(target)(type);
  return type;
}

/** As if one of its decorators had never been there. */
function undeclare(type: ChangeClass, key: string): void {
  Reflect.deleteProperty(Reflect.getMetadata('flamingock:declarations', type) as object, key);
}

function decorateMethod(
  type: ChangeClass,
  key: string,
  decorator: MethodDecorator,
  types: unknown[] = [],
): void {
  const prototype = type.prototype as object;
  Reflect.defineMetadata('design:paramtypes', types, prototype, key);
  decorator(prototype, key, Object.getOwnPropertyDescriptor(prototype, key)!);
}

function expectOne(found: readonly ChangeFault[], where: string, problem: RegExp, remedy: RegExp): void {
  expect(found).toEqual([
    {
      where,
      problem: expect.stringMatching(problem),
      remedy: expect.stringMatching(remedy),
    },
  ]);
  expect(ran).toEqual([]);
}

describe('a sound change', () => {
  it('has no fault', async () => {
    expect(await faults(aClass(), aClass({}, 'inventory-db', 'Other'))).toEqual([]);
    expect(ran).toEqual(['Other', 'Sound']);
  });
});

describe('what @Change says', () => {
  it.each(['id', 'order', 'author'] as const)('needs an %s', async (name) => {
    expectOne(
      await faults(aClass({ [name]: undefined })),
      'Sound',
      new RegExp(`its ${name} must be a text.*not nothing`),
      new RegExp(`@Change an ${name}`),
    );
    expectOne(
      await faults(aClass({ [name]: '  ' })),
      'Sound',
      new RegExp(`its ${name} must be a text`),
      /@Change/,
    );
  });

  it('needs an order also where another change has one', async () => {
    const found = await faults(aClass({ ['order' as string]: undefined }), aClass({}, 'files', 'Other'));
    expectOne(found, 'Sound', /its order must be a text/, /@Change an order/);
  });

  it.each([
    ['a line break', 'a\nb'],
    ['half a surrogate pair', 'a\uD800'],
    ['NUL', 'a\0'],
    ['more than a column holds', 'x'.repeat(256)],
    ['a number', 7 as unknown as string],
  ])('takes no id with %s', async (_what, id) => {
    expectOne(
      await faults(aClass({ id })),
      'Sound',
      /its id must be a text of 1 to 255 characters/,
      /@Change/,
    );
  });

  it.each([
    [
      'a misspelt one',
      { transactionl: false },
      /^its @Change has no option "transactionl": did you mean transactional\?/,
    ],
    ['one of another library', { up: true }, /^its @Change has no option "up"; there are id, order, author/],
    [
      'a text for transactional',
      { transactional: 'false' },
      /^its transactional must be true or false, not "false"/,
    ],
  ])('takes no option that is %s', async (_what, options, problem) => {
    expectOne(await faults(aClass(options as Partial<ChangeOptions>)), 'Sound', problem, /leave/);
  });

  it('tells all that is wrong with the retries of @Recovery', async () => {
    const type = aClass();
    const retry = { attempts: 0, initialMs: 10, maxMs: 5, max: 1 };
    Recovery({ strategy: 'MANUAL_INTERVENTION', retry })(type);
    expect((await faults(type)).map(({ problem }) => problem)).toEqual([
      expect.stringMatching(/^retry of its @Recovery has no option "max"/),
      'its @Recovery has retry with the strategy MANUAL_INTERVENTION',
      'retry.attempts of its @Recovery must be a whole number from 1, not 0',
      expect.stringMatching(
        /^retry.maxMs of its @Recovery must be a number of milliseconds from 10 to \d+, not 5$/,
      ),
    ]);
    const none = aClass();
    Recovery({ strategy: 'ALWAYS_RETRY', retry: 3 as never })(none);
    expectOne(
      await faults(none),
      'Sound',
      /^retry of its @Recovery takes its options as an object, not 3/,
      /leave/,
    );
  });

  it.each([
    ['nothing', undefined],
    ['a misspelt option', { stategy: RecoveryStrategy.ALWAYS_RETRY }],
    ['an option besides', { strategy: RecoveryStrategy.ALWAYS_RETRY, retries: 3 }],
    ['a strategy that there is not', { strategy: 'RETRY' }],
    ['a strategy that is misspelt in its name', { strategy: undefined }],
    ['the strategy itself', 'ALWAYS_RETRY'],
    ['a list', ['ALWAYS_RETRY']],
  ])('takes no @Recovery that is given %s', async (_what, options) => {
    const type = aClass();
    Recovery(options as RecoveryOptions)(type);
    expectOne(
      await faults(type),
      'Sound',
      /^its @Recovery takes \{ strategy, retry \} and nothing else, not /,
      /@Recovery\(\{ strategy: RecoveryStrategy.ALWAYS_RETRY \}\)/,
    );
  });

  it('takes its options as an object, and says so once', async () => {
    const type = aClass();
    undeclare(type, 'options');
    Change('add-category' as unknown as ChangeOptions)(type);
    expectOne(
      await faults(type),
      'Sound',
      /^its @Change takes \{ id, order, author \} and more, not "add-category"/,
      /^Write @Change\(\{ id: /,
    );
  });

  it.each([
    ['an object', { id: 'files' }, /not \{ id: 'files' \}/],
    ['a list', ['files'], /not \[ 'files' \]/],
  ])('takes no @TargetSystem that is given %s', async (_what, given, problem) => {
    const type = aClass({}, given as unknown as string);
    expectOne(await faults(type), 'Sound', problem, /Write @TargetSystem\('…'\) with one of: "files"/);
  });

  it.each([[''], ['  '], [42]])('takes no guidance of %j', async (guidance) => {
    const [fault] = await faults(aClass({ guidance: guidance as string }));
    expect(fault?.problem).toMatch(/its guidance must be a text/);
  });

  it.each([
    ['0', 0],
    ['-1', -1],
    ['no number', Number.NaN],
    ['for ever', Number.POSITIVE_INFINITY],
    ['a text', '5' as unknown as number],
    ['more than a timer of Node can wait for', 2 ** 31],
  ])('takes no timeoutMs of %s', async (_what, timeoutMs) => {
    // Only planned: a run with such a timer would end the process.
    const planned = { ...flamingock(), runAt: 'manual' as const };
    const app = await boot(rootModule({ flamingock: planned, changes: [aClass({ timeoutMs })] }));
    const error = await failureOf(app.get(FlamingockService).plan());
    expect(error).toBeInstanceOf(InvalidChangesError);
    expectOne(
      (error as InvalidChangesError).faults,
      'Sound',
      /its timeoutMs must be a number/,
      /leave it out/,
    );
  });

  it('takes a lockTimeoutMs only where its target system can keep it, and all faults at once', async () => {
    expect(
      await faults(aClass({ lockTimeoutMs: 0 }), aClass({ lockTimeoutMs: 5 }, 'files', 'Other')),
    ).toEqual([
      expect.objectContaining({
        where: 'Sound',
        problem: expect.stringContaining('its lockTimeoutMs must be a number'),
      }),
      expect.objectContaining({
        where: 'Sound',
        problem: expect.stringContaining('target system "files" cannot keep'),
      }),
      expect.objectContaining({ where: 'Other', problem: expect.stringContaining('it has no bound') }),
    ]);
  });
});

describe('a decorator in code that is not type-checked', () => {
  type Bare = (type: ChangeClass) => unknown;

  it.each([
    ['@Change', Change, 'options', /^its @Change takes \{ id, order, author \} and more, not Sound/],
    ['@TargetSystem', TargetSystem, 'targetSystem', /^its @TargetSystem takes the id .* not Sound/],
    [
      '@Recovery',
      Recovery,
      'recovery',
      /^its @Recovery takes \{ strategy, retry \} and nothing else, not Sound/,
    ],
  ])('is missed in its parentheses: %s', async (_name, decorator, key, problem) => {
    const type = aClass();
    undeclare(type, key);
    expect((decorator as unknown as Bare)(type)).toBeUndefined();
    expectOne(await faults(type), 'Sound', problem, /^Write @/);
  });

  it.each([
    ['@Execution', Execution, 'execute'],
    ['@RollbackExecution', RollbackExecution, 'rollback'],
    ['@Verify', Verify, 'verify'],
  ])('is missed in its parentheses, and what it is to have none of is told: %s', async (name, make, key) => {
    const decorator = make as unknown as (...given: unknown[]) => MethodDecorator | undefined;
    const bare = aClass();
    Object.defineProperty(bare.prototype, key, {
      configurable: true,
      writable: true,
      value: () => undefined,
    });
    const prototype = bare.prototype as object;
    const descriptor = Object.getOwnPropertyDescriptor(prototype, key)!;
    expect(decorator(prototype, key, descriptor)).toBeUndefined();
    expectOne(
      await faults(bare),
      `Sound.${key}()`,
      /without its parentheses/,
      new RegExp(`Write ${name}\\(\\)`),
    );
    decorator('add-category')!(prototype, key, descriptor);
    expectOne(
      await faults(bare),
      `Sound.${key}()`,
      /with "add-category" in/,
      new RegExp(`Write ${name}\\(\\)`),
    );
  });
});

describe('a class', () => {
  it.each<[string, (type: ChangeClass) => void]>([
    ['@Change()', Change({ id: 'other', order: '2', author: 'team' })],
    ['@TargetSystem()', TargetSystem('inventory-db')],
    ['@Recovery()', Recovery({ strategy: 'ALWAYS_RETRY' })],
  ])('has %s once', async (name, decorate) => {
    const type = aClass();
    Recovery({ strategy: 'MANUAL_INTERVENTION' })(type);
    decorate(type);
    decorate(type);
    const problem = new RegExp(`has ${name.replace('()', '\\(\\)')} more than once`);
    expectOne(await faults(type), 'Sound', problem, /Keep one/);
  });

  it('may have each where its base has it, too', async () => {
    const base = aClass();
    const derived = { Derived: class extends base {} }.Derived;
    Change({ id: 'derived', order: '2', author: 'team' })(derived);
    TargetSystem('files')(derived);
    expect(await faults(base, derived)).toEqual([]);
  });
});

describe('the target system of a change', () => {
  it('must be named', async () => {
    expectOne(await faults(aClass({}, '')), 'Sound', /names no target system/, /"files", "inventory-db"/);
  });

  it('must exist', async () => {
    expectOne(
      await faults(aClass({}, 'file')),
      'Sound',
      /names target system "file", which does not exist/,
      /"files", "inventory-db"/,
    );
  });

  it('must have transactions where the change is declared transactional', async () => {
    expectOne(
      await faults(aClass({ transactional: true })),
      'Sound',
      /declared transactional, and target system "files" has no transactions/,
      /transactional: false/,
    );
  });

  it('needs no transactions where the change says nothing about them', async () => {
    expect(await faults(aClass())).toEqual([]);
  });

  it('is registered once', async () => {
    const twice = {
      ...flamingock(),
      targetSystems: [nonTransactionalTargetSystem('files'), nonTransactionalTargetSystem('files')],
    };
    expectOne(
      await faultsOf({ flamingock: twice, changes: [aClass()] }),
      'targetSystems',
      /"files" more than once/,
      /id of its own/,
    );
  });
});

describe('the methods of a change', () => {
  const withMethods = (...kinds: [string, () => MethodDecorator][]) => {
    class Methods {}
    for (const [key, decorator] of kinds) {
      Object.defineProperty(Methods.prototype, key, {
        value: () => ran.push(key),
        configurable: true,
        writable: true,
      });
      decorateMethod(Methods, key, decorator());
    }
    Change({ id: 'methods', order: '1', author: 'team' })(Methods);
    TargetSystem('files')(Methods);
    return Methods;
  };

  it('must have an @Execution', async () => {
    expectOne(await faults(withMethods()), 'Methods', /no @Execution\(\) method/, /@Execution\(\)/);
    expectOne(
      await faults(withMethods(['undo', RollbackExecution])),
      'Methods',
      /no @Execution/,
      /@Execution/,
    );
  });

  it('must not have two of them', async () => {
    expectOne(
      await faults(withMethods(['one', Execution], ['two', Execution])),
      'Methods',
      /has 2 @Execution\(\) methods: one\(\), two\(\)/,
      /Keep one/,
    );
  });

  it('must not have two rollbacks', async () => {
    expectOne(
      await faults(withMethods(['run', Execution], ['one', RollbackExecution], ['two', RollbackExecution])),
      'Methods',
      /has 2 @RollbackExecution\(\) methods: one\(\), two\(\)/,
      /Keep one/,
    );
  });

  it('must not have two that verify', async () => {
    expectOne(
      await faults(withMethods(['run', Execution], ['one', Verify], ['two', Verify])),
      'Methods',
      /has 2 @Verify\(\) methods: one\(\), two\(\)/,
      /Keep one/,
    );
  });

  it('must have one that verifies, where it is always to be asked', async () => {
    expectOne(
      await faults(aClass({ verify: 'always' })),
      'Sound',
      /no @Verify\(\) method/,
      /leave verify out/,
    );
    expectOne(
      await faults(aClass({ verify: 'sometimes' as 'always' })),
      'Sound',
      /its verify can only be 'always', not "sometimes"/,
      /Write verify: 'always'/,
    );
  });

  it('must not be static', async () => {
    @Change({ id: 'static', order: '1', author: 'team' })
    @TargetSystem('files')
    class Static {
      constructor(@Inject('label') readonly label: string) {}

      @Execution()
      static apply(@Inject('other') other: string): void {
        ran.push(other);
      }

      @RollbackExecution()
      static takeBack(): void {
        ran.push('back');
      }
    }
    const provided = ['label', 'other'].map((provide) => ({ provide, useValue: provide }));
    expect(await faultsOf(parts({ providers: [...provided, Static] }))).toEqual([
      {
        where: 'Static.apply()',
        problem: 'has @Execution() and is static',
        remedy: expect.stringMatching(/instance.*static/),
      },
      expect.objectContaining({
        where: 'Static.takeBack()',
        problem: 'has @RollbackExecution() and is static',
      }),
    ]);
    expect(ran).toEqual([]);
    expect(Reflect.getMetadataKeys(Function)).toEqual([]);
  });

  it('may be inherited, and overridden', async () => {
    const Base = withMethods(['run', Execution]);
    class Derived extends Base {
      run(): void {
        ran.push('derived');
      }
    }
    Change({ id: 'derived', order: '2', author: 'team' })(Derived);
    TargetSystem('files')(Derived);
    expect(await faults(Derived)).toEqual([]);
    expect(ran).toEqual(['derived']);
  });

  it('are never left out silently: one with a symbol for a name runs, or is a fault', async () => {
    const key = Symbol('run');
    class Symbolic {
      [key](): void {
        ran.push('symbol');
      }
    }
    decorateMethod(Symbolic, key as unknown as string, Execution());
    Change({ id: 'symbolic', order: '1', author: 'team' })(Symbolic);
    TargetSystem('files')(Symbolic);
    const found = await faults(Symbolic);
    expect(found.length > 0 || ran.length > 0).toBe(true);
  });
});

describe('ids and orders', () => {
  it('are unique', async () => {
    const found = await faults(
      aClass({ id: 'same', order: '1' }, 'files', 'A'),
      aClass({ id: 'same', order: '2' }, 'files', 'B'),
      aClass({ order: '2' }, 'files', 'C'),
    );
    expect(found).toEqual([
      { where: 'A and B', problem: 'have the same id "same"', remedy: expect.any(String) },
      { where: 'B and C', problem: 'have the same order "2" in stage "main"', remedy: expect.any(String) },
    ]);
  });

  it('that sort otherwise than people read them are a fault', async () => {
    const found = await faults(aClass({ order: '9' }, 'files', 'A'), aClass({ order: '10' }, 'files', 'B'));
    expectOne(found, 'stage "main"', /order "10" \(B\) sorts before "9" \(A\)/, /same width/);
  });

  it('are told to be the same also where one of the changes has another fault', async () => {
    const found = await faults(
      aClass({ id: 'same' }, 'files', 'A'),
      aClass({ id: 'same', author: '' }, 'files', 'B'),
    );
    expect(found.map(({ problem }) => problem)).toEqual(
      expect.arrayContaining([expect.stringMatching(/its author/), expect.stringMatching(/same id/)]),
    );
  });
});

describe('the provider of a change', () => {
  const scoped = (scope: Scope) => {
    const type = aClass();
    Injectable({ scope })(type);
    return type;
  };

  it.each([
    ['request-scoped', Scope.REQUEST],
    ['transient', Scope.TRANSIENT],
  ])('must not be %s', async (_what, scope) => {
    expectOne(await faults(scoped(scope)), 'Sound', /request-scoped or transient/, /singleton/);
  });

  it.each([
    ['request-scoped', Scope.REQUEST],
    ['transient', Scope.TRANSIENT],
  ])('must not inject what is %s', async (_what, scope) => {
    class Session {}
    Injectable({ scope })(Session);
    const type = aClass();
    Inject(Session)(type, undefined, 0);
    Reflect.defineMetadata('design:paramtypes', [Session], type);
    const found = await faultsOf(parts({ imports: [aModule({ providers: [Session, type] })] }));
    if (scope === Scope.REQUEST) expectOne(found, 'Sound', /request-scoped or transient/, /singleton/);
    else expect(found.length <= 1).toBe(true);
  });

  const alias = (type: ChangeClass, provider: object): DynamicModule[] => [
    aModule({ providers: [type as never, provider as never] }),
  ];

  it.each<[string, (type: ChangeClass) => DynamicModule[]]>([
    ['under two tokens', (type) => alias(type, { provide: 'again', useClass: type })],
    ['under an alias', (type) => alias(type, { provide: 'again', useExisting: type })],
    [
      'as a value besides',
      (type) => alias(type, { provide: 'again', useFactory: (one: object) => one, inject: [type] }),
    ],
    [
      'in two modules',
      (type) => [aModule({ providers: [type as never] }), aModule({ providers: [type as never] })],
    ],
    [
      'in two stages',
      (type) => ['a', 'b'].map((stage) => FlamingockModule.forFeature({ stage, changes: [type] })),
    ],
  ])('must not be there twice: %s', async (_what, modules) => {
    const found = await faultsOf(parts({ imports: modules(aClass()) }));
    expectOne(found, 'Sound', /is provided 2 times/, /Provide a change once/);
  });

  it('in a list of changes must carry @Change', async () => {
    class Forgotten {}
    expectOne(
      await faults(Forgotten),
      'Forgotten',
      /listed as a change of stage "main" and has no @Change/,
      /Decorate/,
    );
  });

  it('in a list must carry a @Change of its own, not one of its base', async () => {
    class Derived extends aClass() {}
    expectOne(await faults(Derived), 'Derived', /has no @Change/, /Decorate/);
  });
});

describe('stages', () => {
  it('must be declared as soon as there are two', async () => {
    const imports = ['a', 'b'].map((stage) =>
      FlamingockModule.forFeature({ stage, changes: [aClass({}, 'files', `In_${stage}`)] }),
    );
    expectOne(await faultsOf(parts({ imports })), 'stages', /"a", "b" have no place/, /stages: \['a', 'b'\]/);
  });
});

describe('several faults', () => {
  it('are told in one error, each with place, problem and remedy, and nothing runs', async () => {
    const error = await failureOf(
      boot(
        rootModule(
          parts({
            changes: [
              aClass({ author: '', id: '' }, 'nowhere', 'A'),
              aClass({ transactional: true }, 'files', 'B'),
              aClass({ order: '9' }, 'files', 'C'),
              aClass({ order: '10' }, 'files', 'D'),
              aClass({}, 'files', 'E'),
            ],
          }),
        ),
      ),
    );
    expect(error).toBeInstanceOf(InvalidChangesError);
    const { faults: found, message } = error as InvalidChangesError;
    expect(found.map(({ where }) => where)).toEqual(['A', 'A', 'A', 'B', 'stage "main"']);
    for (const { where, problem, remedy } of found) {
      for (const text of [where, problem, remedy]) expect(message).toContain(text);
    }
    expect(message).toMatch(/5 faults.*Nothing was run/);
    expect(ran).toEqual([]);
  });
});
