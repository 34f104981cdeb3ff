import 'reflect-metadata';
import { forwardRef, Inject, Injectable, Optional, Scope } from '@nestjs/common';
import { INQUIRER, REQUEST } from '@nestjs/core';
import { OPTIONAL_DEPS_METADATA, SELF_DECLARED_DEPS_METADATA } from '@nestjs/common/constants.js';
import { inMemoryAuditStore, InMemoryTable, inMemoryTargetSystem } from '@nestjs-flamingock/testing';
import {
  aModule,
  boot,
  closeApplications,
  faultsOf,
  rootModule,
  type ApplicationParts,
} from '../fixtures/applications.js';
import { nonTransactionalTargetSystem } from '../nest/non-transactional.target-system.js';
import { Change } from './change.decorator.js';
import { ChangeContext } from './change-context.js';
import type { ChangeClass } from './change-discovery.js';
import type { ChangeFault } from './change.errors.js';
import { Execution, RollbackExecution } from './execution.decorator.js';
import { NonLockGuarded } from './non-lock-guarded.decorator.js';
import { TargetSystem } from './target-system.decorator.js';

interface Feed {
  readonly name: string;
}
class CatalogFeed implements Feed {
  readonly name: string = 'catalog';
}
class OtherFeed extends CatalogFeed {
  override readonly name = 'other';
}
abstract class Clock {
  abstract now(): string;
}
class Unprovided {}
@Injectable({ scope: Scope.REQUEST })
class RequestSession {
  readonly id = 1;
}
@Injectable()
class NeedsSession {
  readonly id = 2;
  constructor(readonly session: RequestSession) {}
}
@Injectable({ scope: Scope.TRANSIENT })
class Scratch {
  readonly lines: string[] = [];
}

const TOKEN = Symbol('token');
let got: unknown[];

beforeEach(() => {
  got = [];
});

afterEach(closeApplications);

function parts(
  change: ChangeClass,
  more: Partial<ApplicationParts> = {},
  provide: never[] = [],
): ApplicationParts {
  return {
    flamingock: {
      auditStore: inMemoryAuditStore(),
      targetSystems: [nonTransactionalTargetSystem('files', { provide }), inMemoryTargetSystem('db')],
    },
    changes: [change],
    ...more,
  };
}
const providing = (...providers: NonNullable<ApplicationParts['providers']>) =>
  aModule({ providers, exports: providers as never });
const run = async (...given: Parameters<typeof parts>): Promise<unknown[]> => {
  await boot(rootModule(parts(...given)));
  return got;
};
const problems = async (...given: Parameters<typeof parts>) => {
  const faults = await faultsOf(parts(...given));
  expect(got).toEqual([]);
  return faults;
};

@Change({ id: 'typed', order: '1', author: 'team' })
@TargetSystem('files')
class Typed {
  @Execution()
  execute(feed: CatalogFeed, context: ChangeContext) {
    got.push(feed.name, context.changeId);
  }
}

@Change({ id: 'named', order: '1', author: 'team' })
@TargetSystem('files')
class Named {
  @Execution()
  execute(
    @Inject(TOKEN) feed: Feed,
    @Inject('text') text: string,
    @Inject(forwardRef(() => CatalogFeed)) later: Feed,
  ) {
    got.push(feed, text, later.name);
  }
}

describe('parameters of a change', () => {
  it('get the run, and what Nest provides', async () => {
    expect(await run(Typed, { imports: [providing(CatalogFeed)] })).toEqual(['catalog', 'typed']);
  });

  it('get what @Inject names: symbols, texts and references', async () => {
    const values = [{ provide: TOKEN, useValue: 7 }, { provide: 'text', useValue: '' }, CatalogFeed];
    expect(await run(Named, { imports: [providing(...values)] })).toEqual([7, '', 'catalog']);
  });

  it('get what the target system provides rather than what the application does', async () => {
    const provide = [{ provide: CatalogFeed, useValue: { name: 'of the target' } }] as never[];
    expect(await run(Typed, { imports: [providing(CatalogFeed)] }, provide)).toEqual([
      'of the target',
      'typed',
    ]);
  });

  it('get what the target system offers from anywhere in the application', async () => {
    const hidden = aModule({ providers: [CatalogFeed] });
    expect(await run(Typed, { imports: [hidden] }, [CatalogFeed] as never[])).toEqual(['catalog', 'typed']);
  });

  it('get what only another module has, as long as that is one', async () => {
    expect(await run(Typed, { imports: [aModule({ providers: [CatalogFeed] })] })).toEqual([
      'catalog',
      'typed',
    ]);
  });

  it('get an abstract class by its implementation', async () => {
    @Change({ id: 'abstract', order: '1', author: 'team' })
    @TargetSystem('files')
    class Abstract {
      @Execution()
      execute(clock: Clock) {
        got.push(clock.now());
      }
    }
    expect(
      await run(Abstract, { imports: [providing({ provide: Clock, useValue: { now: () => 'noon' } })] }),
    ).toEqual(['noon']);
  });

  it('get handles of the target system', async () => {
    @Change({ id: 'handles', order: '1', author: 'team' })
    @TargetSystem('db')
    class WithHandles {
      @Execution()
      async execute(table: InMemoryTable) {
        await table.set('k', 'v');
        got.push(await table.get('k'));
      }
    }
    expect(await run(WithHandles)).toEqual(['v']);
  });

  it('get the own instance of the module that holds the change', async () => {
    const own = aModule({ providers: [Typed, CatalogFeed] });
    const other = aModule({ providers: [{ provide: CatalogFeed, useClass: OtherFeed }] });
    expect(await run(Typed, { changes: [], imports: [other, own] })).toEqual(['catalog', 'typed']);
  });

  it('may be transient', async () => {
    @Change({ id: 'scratch', order: '1', author: 'team' })
    @TargetSystem('files')
    class WithScratch {
      @Execution()
      execute(scratch: Scratch) {
        got.push(scratch.lines.length);
      }
    }
    const own = aModule({ providers: [WithScratch, Scratch] });
    expect(await run(WithScratch, { changes: [], imports: [own] })).toEqual([0]);
  });

  it('have the type they are declared with where @Inject() names no token', async () => {
    @Change({ id: 'bare', order: '1', author: 'team' })
    @TargetSystem('files')
    class Bare {
      @Execution()
      execute(@Inject() feed: CatalogFeed) {
        got.push(feed.name);
      }
    }
    expect(await run(Bare, { imports: [providing(CatalogFeed)] })).toEqual(['catalog']);
  });

  it('are wrapped so that they check the lock, unless they are not to be', async () => {
    @Change({ id: 'guarded', order: '1', author: 'team' })
    @TargetSystem('files')
    class Guarded {
      @Execution()
      execute(guarded: CatalogFeed, @NonLockGuarded() raw: CatalogFeed) {
        got.push(guarded === raw, guarded.name === raw.name, raw);
      }
    }
    const feed = new CatalogFeed();
    const result = await run(Guarded, { imports: [providing({ provide: CatalogFeed, useValue: feed })] });
    expect(result).toEqual([false, true, feed]);
    expect(result[2]).toBe(feed);
  });
});

describe('@Inject and @Optional on the parameters of both methods', () => {
  class Both {
    @Execution()
    execute(@Inject('a') a: string, plain: CatalogFeed, @Optional() @Inject('missing') missing?: string) {
      got.push('execute', a, plain.name, missing);
      throw new TypeError('so that it is rolled back');
    }

    @RollbackExecution()
    rollback(plain: CatalogFeed, @Inject('b') b: string, @Optional() missing?: Unprovided) {
      got.push('rollback', plain.name, b, missing);
    }

    constructor(@Inject('c') readonly c: string) {}
  }
  Change({ id: 'both', order: '1', author: 'team' })(Both);
  TargetSystem('files')(Both);

  const texts = ['a', 'b', 'c'].map((token) => ({ provide: token, useValue: `value of ${token}` }));

  it('do not mix, nor reach the constructor', async () => {
    const settings = { onIssue: 'skip' as const };
    const { flamingock } = parts(Both);
    const feature = aModule({ providers: [Both, CatalogFeed, ...texts] });
    const app = await boot(rootModule({ flamingock: { ...flamingock, ...settings }, imports: [feature] }));
    expect(got).toEqual([
      'execute',
      'value of a',
      'catalog',
      undefined,
      'rollback',
      'catalog',
      'value of b',
      undefined,
    ]);
    expect(app.get(Both, { strict: false }).c).toBe('value of c');
  });

  it('leave nothing on the prototype that Nest would take for its own', () => {
    expect(Reflect.getMetadata(SELF_DECLARED_DEPS_METADATA, Both.prototype)).toBeUndefined();
    expect(Reflect.getMetadata(OPTIONAL_DEPS_METADATA, Both.prototype)).toBeUndefined();
  });
});

describe('a parameter that nothing can resolve', () => {
  const one = async (...given: Parameters<typeof parts>) => {
    const [fault, ...others] = await problems(...given);
    expect(others).toEqual([]);
    return fault!;
  };

  it('is told with its position, its type, and what to do', async () => {
    @Change({ id: 'missing', order: '1', author: 'team' })
    @TargetSystem('files')
    class Missing {
      @Execution()
      execute(_context: ChangeContext, missing: Unprovided) {
        got.push(missing);
      }
    }
    const fault = await one(Missing);
    expect(fault).toMatchObject({
      where: 'Missing.execute(), parameter 2',
      problem: 'nothing provides Unprovided',
    });
    expect(fault.remedy).toMatch(/"files".*@Optional\(\)/);
  });

  it('is told with the token that it names', async () => {
    @Change({ id: 'missing', order: '1', author: 'team' })
    @TargetSystem('files')
    class Missing {
      @Execution()
      execute(@Inject(TOKEN) missing: Feed) {
        got.push(missing);
      }
    }
    expect((await one(Missing)).problem).toBe('nothing provides Symbol(token)');
  });

  it('is told with the class that a reference leads to', async () => {
    @Change({ id: 'missing', order: '1', author: 'team' })
    @TargetSystem('files')
    class Missing {
      @Execution()
      execute(@Inject(forwardRef(() => Unprovided)) missing: Unprovided) {
        got.push(missing);
      }
    }
    expect((await one(Missing)).problem).toBe('nothing provides Unprovided');
  });

  it.each<[string, (other: ChangeClass) => [Partial<ApplicationParts>?, never[]?]]>([
    ['a module provides', (other) => [{ imports: [aModule({ providers: [other as never] })] }]],
    ['its target system offers', (other) => [{}, [{ provide: other, useValue: {} }] as never[]]],
  ])('is told by its copy where %s another class of its name', async (_what, more) => {
    @Change({ id: 'missing', order: '1', author: 'team' })
    @TargetSystem('files')
    class Missing {
      @Execution()
      execute(missing: Unprovided) {
        got.push(missing);
      }
    }
    const copy = { Unprovided: class Unprovided {} }.Unprovided;
    const fault = await one(Missing, ...more(copy));
    expect(fault.problem).toMatch(
      /^nothing provides its Unprovided: the Unprovided that is provided is another/,
    );
    expect(fault.remedy).toMatch(/npm ls/);
  });

  it('is told for the rollback as well, all at once', async () => {
    @Change({ id: 'missing', order: '1', author: 'team' })
    @TargetSystem('files')
    class Missing {
      @Execution()
      execute(missing: Unprovided, text: string) {
        got.push(missing, text);
      }
      @RollbackExecution()
      rollback(missing: Unprovided) {
        got.push(missing);
      }
    }
    expect((await problems(Missing)).map(({ where, problem }) => [where, problem])).toEqual([
      ['Missing.execute(), parameter 1', 'nothing provides Unprovided'],
      ['Missing.execute(), parameter 2', 'nothing provides String'],
      ['Missing.rollback(), parameter 1', 'nothing provides Unprovided'],
    ]);
  });

  it('is nothing where it is optional', async () => {
    @Change({ id: 'optional', order: '1', author: 'team' })
    @TargetSystem('files')
    class Relaxed {
      @Execution()
      execute(context: ChangeContext, @Optional() missing?: Unprovided) {
        got.push(missing, context.changeId);
      }
    }
    expect(await run(Relaxed)).toEqual([undefined, 'optional']);
  });

  it('is named the same where only Function is left of its type', async () => {
    @Change({ id: 'erased', order: '1', author: 'team' })
    @TargetSystem('files')
    class Erased {
      execute(feed: unknown) {
        got.push(feed);
      }
    }
    Reflect.defineMetadata('design:paramtypes', [Function], Erased.prototype, 'execute');
    Execution()(Erased.prototype, 'execute', Object.getOwnPropertyDescriptor(Erased.prototype, 'execute')!);
    expect(await one(Erased)).toEqual({
      where: 'Erased.execute(), parameter 1',
      problem: expect.stringMatching(/imported with "import type", so only "Function" is left/),
      remedy: expect.stringMatching(/@Inject\(TOKEN\).*import \{ X \} instead of import type/),
    });
  });

  it('is named as an interface where only Object is left of its type', async () => {
    @Change({ id: 'interface', order: '1', author: 'team' })
    @TargetSystem('files')
    class ByInterface {
      @Execution()
      execute(feed: Feed) {
        got.push(feed);
      }
    }
    const fault = await one(ByInterface);
    expect(fault.where).toBe('ByInterface.execute(), parameter 1');
    expect(fault.problem).toMatch(/interface.*import type.*"Object"/);
    expect(fault.remedy).toMatch(/@Inject\(TOKEN\)/);
  });

  it('is named as untyped where the compiler emitted no metadata', async () => {
    class Untyped {
      execute(feed: unknown) {
        got.push(feed);
      }
    }
    Execution()(Untyped.prototype, 'execute', Object.getOwnPropertyDescriptor(Untyped.prototype, 'execute')!);
    Change({ id: 'untyped', order: '1', author: 'team' })(Untyped);
    TargetSystem('files')(Untyped);
    const fault = await one(Untyped);
    expect(fault.where).toBe('Untyped.execute(), parameter 1');
    expect(fault.problem).toMatch(/emitted no parameter types/);
    expect(fault.remedy).toMatch(/emitDecoratorMetadata.*tsx.*@Inject\(TOKEN\)/s);
  });

  it('is resolved all the same without metadata where it names its token', async () => {
    class Untyped {
      execute(feed: unknown) {
        got.push((feed as Feed).name);
      }
    }
    Inject(CatalogFeed)(Untyped.prototype, 'execute', 0);
    Execution()(Untyped.prototype, 'execute', Object.getOwnPropertyDescriptor(Untyped.prototype, 'execute')!);
    Change({ id: 'untyped', order: '1', author: 'team' })(Untyped);
    TargetSystem('files')(Untyped);
    expect(await run(Untyped, { imports: [providing(CatalogFeed)] })).toEqual(['catalog']);
  });

  it('is named as circular where its type was not loaded yet', async () => {
    class Circular {
      execute(feed: unknown) {
        got.push(feed);
      }
    }
    Reflect.defineMetadata('design:paramtypes', [undefined], Circular.prototype, 'execute');
    Execution()(
      Circular.prototype,
      'execute',
      Object.getOwnPropertyDescriptor(Circular.prototype, 'execute')!,
    );
    Change({ id: 'circular', order: '1', author: 'team' })(Circular);
    TargetSystem('files')(Circular);
    const fault = await one(Circular);
    expect(fault.problem).toMatch(/import each other/);
    expect(fault.remedy).toMatch(/forwardRef/);
  });

  it('is one that two modules have each their own of', async () => {
    const twice = [aModule({ providers: [CatalogFeed] }), aModule({ providers: [CatalogFeed] })];
    const fault = await one(Typed, { imports: twice });
    expect(fault).toMatchObject({
      where: 'Typed.execute(), parameter 1',
      problem: 'nothing provides CatalogFeed',
    });
    expect(fault.remedy).toMatch(/exactly one if several modules have their own/);
  });

  @Change({ id: 'scoped', order: '1', author: 'team' })
  @TargetSystem('files')
  class Scoped {
    @Execution()
    execute(session: RequestSession) {
      got.push(session);
    }
  }

  @Change({ id: 'needy', order: '1', author: 'team' })
  @TargetSystem('files')
  class Needy {
    @Execution()
    execute(needy: NeedsSession) {
      got.push(needy);
    }
  }

  const expectScoped = (fault: ChangeFault | undefined, type: ChangeClass) =>
    expect(fault).toEqual({
      where: `${type.name}.execute(), parameter 1`,
      problem: expect.stringMatching(/^(RequestSession|NeedsSession) is provided, and is request-scoped/),
      remedy: expect.stringMatching(/singleton.*before any request/),
    });

  it.each([
    ['in the module of the change', Scoped],
    ['in the module of the change, by what it injects', Needy],
  ])('is one that exists for a request only: %s', async (_what, type) => {
    const own = aModule({ providers: [type, RequestSession, NeedsSession] });
    expectScoped(await one(type, { changes: [], imports: [own] }), type);
  });

  it.each([
    ['in another module', Scoped],
    ['in another module, by what it injects', Needy],
  ])('is one that exists for a request only: %s', async (_what, type) => {
    expectScoped(await one(type, { imports: [providing(RequestSession, NeedsSession)] }), type);
  });

  it('is one that exists for a request only, though the target system offers it', async () => {
    const offered = [RequestSession] as never[];
    expectScoped(await one(Scoped, { imports: [providing(RequestSession)] }, offered), Scoped);
  });

  it('is one that exists for a request only, though it may be missing', async () => {
    @Change({ id: 'optional', order: '1', author: 'team' })
    @TargetSystem('files')
    class Relaxed {
      @Execution()
      execute(@Optional() session?: RequestSession) {
        got.push(session);
      }
    }
    expectScoped(await one(Relaxed, { imports: [providing(RequestSession)] }), Relaxed);
  });

  it.each([
    ['REQUEST', REQUEST],
    ['INQUIRER', INQUIRER],
  ])('is one that Nest has for a request or a receiver only: %s', async (name, token) => {
    @Change({ id: 'asking', order: '1', author: 'team' })
    @TargetSystem('files')
    class Asking {
      @Execution()
      execute(@Inject(token) given: unknown) {
        got.push(given);
      }
    }
    const fault = await one(Asking, { imports: [] });
    expect(fault.problem).toMatch(new RegExp(`^${name} is provided, and is (request-scoped|transient)`));
  });

  it('is one that is durable', async () => {
    @Injectable({ scope: Scope.REQUEST, durable: true })
    class Tenant {}
    @Change({ id: 'tenant', order: '1', author: 'team' })
    @TargetSystem('files')
    class ForTenant {
      @Execution()
      execute(@Inject(Tenant) tenant: unknown) {
        got.push(tenant);
      }
    }
    const fault = await one(ForTenant, { imports: [providing(Tenant)] });
    expect(fault.problem).toMatch(/^Tenant is provided, and is request-scoped/);
  });

  it('is one that is transient in a module that the module of the change does not import', async () => {
    @Change({ id: 'scratch', order: '1', author: 'team' })
    @TargetSystem('files')
    class WithScratch {
      @Execution()
      execute(scratch: Scratch) {
        got.push(scratch);
      }
    }
    expect(await one(WithScratch, { imports: [providing(Scratch)] })).toEqual({
      where: 'WithScratch.execute(), parameter 1',
      problem: expect.stringMatching(/^Scratch is provided, and is transient/),
      remedy: expect.stringMatching(/in the module of the change, or import one there that exports it/),
    });
  });
});

describe('a change', () => {
  @Change({ id: 'found', order: '1', author: 'team' })
  @TargetSystem('files')
  class Found {
    constructor(@Optional() @Inject('label') readonly label = 'default') {}

    @Execution()
    execute() {
      got.push(this.label);
    }
  }

  it.each<[string, NonNullable<ApplicationParts['providers']>]>([
    ['as a class', [Found]],
    ['under another token', [{ provide: 'change', useClass: Found }]],
    ['as a value', [{ provide: 'change', useValue: new Found() }]],
    ['by a factory', [{ provide: 'change', useFactory: () => new Found() }]],
    ['by an asynchronous factory', [{ provide: Found, useFactory: () => Promise.resolve(new Found()) }]],
  ])('is found where it is provided %s, in any module', async (_what, providers) => {
    const deep = aModule({ imports: [aModule({ providers })] });
    expect(await run(Found, { changes: [], imports: [deep] })).toEqual(['default']);
  });

  it('is found among the providers of the root module', async () => {
    expect(await run(Found, { changes: [], providers: [Found] })).toEqual(['default']);
  });

  it('injects what the modules that forFeature imports export', async () => {
    const { FlamingockModule } = await import('../nest/flamingock.module.js');
    const labels = providing({ provide: 'label', useValue: 'injected' });
    const feature = FlamingockModule.forFeature({ stage: 'main', changes: [Found], imports: [labels] });
    expect(await run(Found, { changes: [], imports: [feature] })).toEqual(['injected']);
  });
});
