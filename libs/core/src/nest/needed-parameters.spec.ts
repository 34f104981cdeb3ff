import 'reflect-metadata';
import type { OnModuleInit } from '@nestjs/common';
import { inMemoryAuditStore, InMemoryAuditStore, InMemoryDatabase } from '@nestjs-flamingock/testing';
import type { ChangeClass } from '../change/change-discovery.js';
import { Change } from '../change/change.decorator.js';
import { InvalidChangesError } from '../change/change.errors.js';
import { Execution, RollbackExecution } from '../change/execution.decorator.js';
import { TargetSystem } from '../change/target-system.decorator.js';
import { aModule, boot, closeApplications, faultsOf, rootModule } from '../fixtures/applications.js';
import { failureOf, SERVICE, statesOf } from '../fixtures/runs.js';
import { FlamingockService } from './flamingock.service.js';
import { nonTransactionalTargetSystem } from './non-transactional.target-system.js';

class Feed implements OnModuleInit {
  onModuleInit() {
    seen.push('feed');
  }
}

let seen: string[];
let database: InMemoryDatabase;

beforeEach(() => {
  seen = [];
  database = new InMemoryDatabase();
});

afterEach(closeApplications);

/** A change whose methods both ask for the feed. */
function needy(name: string, target = 'files'): ChangeClass {
  class Needy {
    execute() {
      seen.push(name);
    }
    rollback() {
      seen.push(`no ${name}`);
    }
  }
  const prototype = Needy.prototype;
  const methods = { execute: Execution(), rollback: RollbackExecution() };
  for (const [key, decorator] of Object.entries(methods)) {
    Reflect.defineMetadata('design:paramtypes', [Feed], prototype, key);
    decorator(prototype, key, Object.getOwnPropertyDescriptor(prototype, key)!);
  }
  Object.defineProperty(Needy, 'name', { value: name });
  Change({ id: name, order: name, author: 'team' })(Needy);
  TargetSystem(target)(Needy);
  return Needy;
}

@Change({ id: 'plain', order: 'z', author: 'team' })
@TargetSystem('files')
class Plain {
  @Execution()
  execute() {
    seen.push('plain');
  }
}

const withFeed = () => ({ imports: [aModule({ providers: [Feed], exports: [Feed] })] });
const parts = (changes: readonly ChangeClass[], runAt: 'bootstrap' | 'manual' = 'bootstrap') => ({
  flamingock: {
    service: SERVICE,
    runAt,
    auditStore: inMemoryAuditStore(database),
    targetSystems: [nonTransactionalTargetSystem('files')],
  },
  changes,
});

/** What the history has when `a` is applied, and nothing provides the feed any more. */
async function applyA(): Promise<void> {
  await boot(rootModule({ ...parts([needy('a')]), ...withFeed() }));
  seen = [];
}
const head = () => new InMemoryAuditStore(database).readHead(SERVICE);
const EXECUTE = (name: string) => `${name}.execute(), parameter 1`;
const ROLLBACK = (name: string) => `${name}.rollback(), parameter 1`;

describe('a parameter that nothing provides', () => {
  it('of an applied change does not stop a start, with nothing pending or with something', async () => {
    await applyA();
    expect(await faultsOf(parts([needy('a')]))).toEqual([]);
    expect(await faultsOf(parts([needy('a'), Plain]))).toEqual([]);
    expect(seen).toEqual(['plain']);
  });

  it('of an applied change is listed by plan', async () => {
    await applyA();
    const app = await boot(rootModule(parts([needy('a'), Plain], 'manual')));
    const error = await failureOf(app.get(FlamingockService).plan());
    expect(error).toBeInstanceOf(InvalidChangesError);
    expect((error as InvalidChangesError).faults).toMatchObject([
      { where: EXECUTE('a'), problem: 'nothing provides Feed' },
      { where: ROLLBACK('a') },
    ]);
  });

  it('of pending changes is listed for all of them, before the lock is taken and anything runs', async () => {
    await applyA();
    const before = await head();
    const faults = await faultsOf(parts([needy('a'), needy('b'), needy('c'), Plain]));
    expect(faults.map(({ where }) => where)).toEqual(
      ['b', 'c'].flatMap((name) => [EXECUTE(name), ROLLBACK(name)]),
    );
    expect(seen).toEqual([]);
    expect(await head()).toEqual(before);
    expect(await new InMemoryAuditStore(database).lock.read(SERVICE)).toMatchObject({ token: 1 });
  });

  it('is listed with the faults of declarations, which stop every start', async () => {
    const faults = await faultsOf(parts([needy('b'), needy('c', 'nowhere')]));
    expect(faults.map(({ where }) => where)).toEqual(['c', EXECUTE('b'), ROLLBACK('b')]);
  });

  it.each([true, false])(
    'of a change that is to be undone is told before it is, dry run: %s',
    async (dryRun) => {
      await applyA();
      const app = await boot(rootModule(parts([needy('a')], 'manual')));
      const error = await failureOf(
        app.get(FlamingockService).undo({ changeId: 'a' }, { dryRun, reason: 'test' }),
      );
      expect(error).toBeInstanceOf(InvalidChangesError);
      expect((error as Error).message).toContain('nothing provides Feed');
      expect(seen).toEqual([]);
      expect(await statesOf(new InMemoryAuditStore(database), SERVICE)).toEqual(['a STARTED', 'a EXECUTED']);
    },
  );
});

describe('what only applied changes are given', () => {
  it('is not initialised before another change', async () => {
    await applyA();
    await boot(rootModule({ ...parts([needy('a'), Plain]), ...withFeed() }));
    expect(seen).toEqual(['plain', 'feed']);
  });

  it('is initialised before its change is undone', async () => {
    await applyA();
    const root = rootModule({ ...parts([needy('a')], 'manual'), ...withFeed() });
    const app = await boot(root);
    await app.get(FlamingockService).undo({ changeId: 'a' }, { reason: 'test' });
    expect(seen).toEqual(['feed', 'no a']);
  });
});
