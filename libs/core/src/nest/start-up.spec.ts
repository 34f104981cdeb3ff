import 'reflect-metadata';
import {
  Global,
  Inject,
  Injectable,
  Module,
  Scope,
  type DynamicModule,
  type INestApplicationContext,
  type OnApplicationBootstrap,
  type OnModuleInit,
  type Type,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { inMemoryAuditStore } from '@nestjs-flamingock/testing';
import type { ChangeClass } from '../change/change-discovery.js';
import { Change } from '../change/change.decorator.js';
import { Execution } from '../change/execution.decorator.js';
import { TargetSystem } from '../change/target-system.decorator.js';
import { aModule, boot, closeApplications } from '../fixtures/applications.js';
import { failureOf } from '../fixtures/runs.js';
import { nonTransactionalTargetSystem } from './non-transactional.target-system.js';
import type { FlamingockModuleOptions } from './flamingock-options.js';
import { FlamingockModule } from './flamingock.module.js';
import { FlamingockService } from './flamingock.service.js';

let seen: string[];

beforeEach(() => {
  seen = [];
});

afterEach(closeApplications);

/** A provider that says when its hooks are called. */
function aService(name: string, ...injects: readonly Type[]): Type {
  @Injectable()
  class Service implements OnModuleInit, OnApplicationBootstrap {
    async onModuleInit() {
      seen.push(`${name} begins`);
      await Promise.resolve();
      seen.push(name);
    }
    onApplicationBootstrap() {
      seen.push(`${name} bootstrap`);
    }
  }
  injects.forEach((token, index) => Inject(token)(Service, undefined, index));
  Object.defineProperty(Service, 'name', { value: name });
  return Service;
}

@Change({ id: 'only', order: '1', author: 'team' })
@TargetSystem('files')
class Only {
  @Execution()
  execute() {
    seen.push('change');
  }
}

/** A change that is given something by its constructor, and by its method. */
function aChange(injected: readonly unknown[], given: readonly unknown[] = []): ChangeClass & Type {
  class Needy {
    execute() {
      seen.push('change');
    }
  }
  injected.forEach((token, index) => Inject(token as Type)(Needy, undefined, index));
  Reflect.defineMetadata('design:paramtypes', given, Needy.prototype, 'execute');
  Execution()(Needy.prototype, 'execute', Object.getOwnPropertyDescriptor(Needy.prototype, 'execute')!);
  Change({ id: 'needy', order: '1', author: 'team' })(Needy);
  TargetSystem('files')(Needy);
  return Needy;
}

const flamingock = (options: Partial<FlamingockModuleOptions> = {}) =>
  FlamingockModule.forRoot({
    auditStore: inMemoryAuditStore(),
    targetSystems: [nonTransactionalTargetSystem('files')],
    ...options,
  });
const changes = (change: ChangeClass = Only, imports: DynamicModule[] = []) =>
  FlamingockModule.forFeature({ stage: 'main', changes: [change], imports });

function aGlobalModule(provider: Type): DynamicModule {
  class SomeGlobalModule {}
  Module({})(SomeGlobalModule);
  Global()(SomeGlobalModule);
  return { module: SomeGlobalModule, providers: [provider], exports: [provider] };
}

const others = () => [aGlobalModule(aService('global')), aModule({ providers: [aService('other')] })];
const BOTH_HOOKS = ['global', 'other']
  .flatMap((name) => [`${name} begins`, name, `${name} bootstrap`])
  .sort();

describe('changes are applied before any hook of another module', () => {
  it.each([
    ['imported first', () => [flamingock(), changes(), ...others()]],
    ['imported last', () => [...others(), changes(), flamingock()]],
    [
      'imported deep inside',
      () => [...others(), aModule({ imports: [aModule({ imports: [flamingock(), changes()] })] })],
    ],
  ])('%s', async (_where, imports) => {
    await boot(aModule({ imports: imports(), providers: [aService('root')] }));
    expect(seen[0]).toBe('change');
    expect(
      seen
        .slice(1)
        .filter((hook) => !hook.startsWith('root'))
        .sort(),
    ).toEqual(BOTH_HOOKS);
  });

  it('nor is a hook called where a change fails', async () => {
    class Failing {
      execute() {
        throw new TypeError('broke');
      }
    }
    Execution()(Failing.prototype, 'execute', Object.getOwnPropertyDescriptor(Failing.prototype, 'execute')!);
    Change({ id: 'failing', order: '1', author: 'team' })(Failing);
    TargetSystem('files')(Failing);
    await failureOf(boot(aModule({ imports: [...others(), flamingock(), changes(Failing)] })));
    expect(seen).toEqual([]);
  });

  it('after-module-init: after each onModuleInit, before any onApplicationBootstrap', async () => {
    await boot(aModule({ imports: [...others(), flamingock({ runAt: 'after-module-init' }), changes()] }));
    expect(seen).toEqual([
      'global begins',
      'global',
      'other begins',
      'other',
      'change',
      'global bootstrap',
      'other bootstrap',
    ]);
  });

  it('module-init is another name of bootstrap', async () => {
    const app = await boot(
      aModule({ imports: [...others(), flamingock({ runAt: 'module-init' }), changes()] }),
    );
    expect(seen[0]).toBe('change');
    expect(app.get(FlamingockService).options.runAt).toBe('bootstrap');
  });
});

describe('what a change injects', () => {
  const client = aService('client');
  const repository = aService('repository', client);
  const unused = aService('unused');
  const clients = () => aModule({ providers: [repository, client, unused], exports: [repository, client] });
  const start = async (change: ChangeClass, options?: Partial<FlamingockModuleOptions>) =>
    boot(aModule({ imports: [...others(), flamingock(options), changes(change, [clients()])] }));
  const beforeTheChange = () => seen.slice(0, seen.indexOf('change'));
  const INITIALISED = ['client begins', 'client', 'repository begins', 'repository'];

  it.each([
    ['by its constructor', () => aChange([repository])],
    ['by its method', () => aChange([], [repository])],
    ['twice', () => aChange([repository, client], [repository])],
  ])(
    'is initialised before it, its own dependencies first, once, and nothing else is: %s',
    async (_how, change) => {
      await start(change());
      expect(beforeTheChange()).toEqual(INITIALISED);
      for (const name of ['client', 'repository', 'unused'])
        expect(seen.filter((entry) => entry === name || entry === `${name} bootstrap`)).toEqual([
          name,
          `${name} bootstrap`,
        ]);
    },
  );

  it.each([
    ['an alias', { provide: 'given', useExisting: repository }],
    ['a factory', { provide: 'given', inject: [repository], useFactory: (made: unknown) => ({ made }) }],
  ])('is initialised before it through %s', async (_what, provider) => {
    const module = aModule({ imports: [clients()], providers: [provider], exports: ['given'] });
    await boot(aModule({ imports: [...others(), flamingock(), changes(aChange(['given']), [module])] }));
    expect(beforeTheChange()).toEqual(INITIALISED);
  });

  it('is initialised before it where it is a property, and where each gets one of its own', async () => {
    const transient = aService('transient');
    Injectable({ scope: Scope.TRANSIENT })(transient);
    class Owner {
      declare client: unknown;
    }
    Inject(client)(Owner.prototype, 'client');
    Inject(transient)(Owner, undefined, 0);
    const module = aModule({ imports: [clients()], providers: [Owner, transient], exports: [Owner] });
    await boot(aModule({ imports: [...others(), flamingock(), changes(aChange([Owner]), [module])] }));
    expect(beforeTheChange().sort()).toEqual(['client', 'client begins', 'transient', 'transient begins']);
  });

  it('is initialised before it where the target system or the audit store are made of it', async () => {
    const auditStore = { ...inMemoryAuditStore(), imports: [clients()], inject: [repository] };
    await boot(aModule({ imports: [...others(), flamingock({ auditStore }), changes()] }));
    expect(beforeTheChange()).toEqual(INITIALISED);
  });

  it('keeps the application from starting where it cannot be initialised', async () => {
    class Broken implements OnModuleInit {
      onModuleInit(): Promise<void> {
        return Promise.reject(new TypeError('no such host'));
      }
    }
    const module = aModule({ providers: [Broken], exports: [Broken] });
    const started = boot(
      aModule({ imports: [...others(), flamingock(), changes(aChange([Broken]), [module])] }),
    );
    expect(await failureOf(started)).toEqual(new TypeError('no such host'));
    expect(seen).toEqual([]);
  });

  it('is left to Nest where changes are applied later', async () => {
    await start(aChange([repository]), { runAt: 'after-module-init' });
    expect(beforeTheChange()).toEqual(expect.arrayContaining(['unused', ...INITIALISED]));
  });
});

describe('asked before init()', () => {
  const client = aService('client');
  const create = async (): Promise<INestApplicationContext> => {
    const clients = aModule({ providers: [client], exports: [client] });
    const root = aModule({ imports: [...others(), flamingock(), changes(aChange([client]), [clients])] });
    return NestFactory.create(root, { logger: false, abortOnError: false });
  };

  it('execute() initialises what changes inject; init() calls no hook again and applies nothing', async () => {
    const app = await create();
    await app.get(FlamingockService).execute();
    expect(seen).toEqual(['client begins', 'client', 'change']);
    await app.init();
    expect(seen.filter((entry) => ['client', 'change'].includes(entry))).toEqual(['client', 'change']);
    expect(seen).toEqual(expect.arrayContaining(BOTH_HOOKS));
    await app.close();
  });

  it('what only reads initialises nothing that changes inject', async () => {
    const app = await create();
    expect((await app.get(FlamingockService).plan()).changes).toMatchObject([{ action: 'EXECUTE' }]);
    expect(seen).toEqual([]);
    await app.close();
  });
});
