import 'reflect-metadata';
import { jest } from '@jest/globals';
import { Inject, Injectable } from '@nestjs/common';
import {
  inMemoryAuditStore,
  InMemoryDatabase,
  InMemoryTable,
  inMemoryTargetSystem,
} from '@nestjs-flamingock/testing';
import { ChangeContext } from '../change/change-context.js';
import type { ChangeClass } from '../change/change-discovery.js';
import type { ChangeOptions } from '../change/change-metadata.js';
import { Change } from '../change/change.decorator.js';
import { Execution } from '../change/execution.decorator.js';
import { TargetSystem } from '../change/target-system.decorator.js';
import { nodeRuntime } from '../runtime/node-runtime.js';
import { aModule, boot, closeApplications, faultsOf, rootModule } from '../fixtures/applications.js';

let commits: number;
let database: InMemoryDatabase;

beforeEach(() => {
  // A commit is not shared by changes that take long, as they may on a busy machine.
  jest.spyOn(nodeRuntime, 'monotonicMs').mockReturnValue(0);
  commits = 0;
  database = new InMemoryDatabase({
    network: (statement, leg) => {
      if (statement === 'commit' && leg === 'request') commits += 1;
      return Promise.resolve();
    },
  });
});
afterEach(closeApplications);
afterAll(() => jest.restoreAllMocks());

@Injectable()
class Mailer {}

const parts = (changes: readonly ChangeClass[]) => ({
  flamingock: {
    service: 'inventory',
    auditStore: inMemoryAuditStore(database),
    targetSystems: [inMemoryTargetSystem('inventory-db', database)],
  },
  changes,
  imports: [{ ...aModule({ providers: [Mailer], exports: [Mailer] }), global: true }],
});

/** A change that is given the handles of its transaction, and what `more` says. */
function aClass(
  order: string,
  options: Partial<ChangeOptions> = {},
  more: readonly unknown[] = [],
): ChangeClass {
  class SomeChange {
    async execute(table: InMemoryTable): Promise<void> {
      await table.set(order, 'v');
    }
  }
  return declared(SomeChange, order, options, [InMemoryTable, ChangeContext, ...more]);
}

function declared(
  type: ChangeClass,
  order: string,
  options: Partial<ChangeOptions>,
  parameters: readonly unknown[],
): ChangeClass {
  const prototype = type.prototype as object;
  Reflect.defineMetadata('design:paramtypes', parameters, prototype, 'execute');
  Execution()(prototype, 'execute', Object.getOwnPropertyDescriptor(prototype, 'execute')!);
  TargetSystem('inventory-db')(type);
  Change({ id: order, order, author: 'team-inventory', ...options })(type);
  Object.defineProperty(type, 'name', { value: `Change${order}` });
  return type;
}

describe('changes of an application', () => {
  it('share a commit where they are given nothing but what belongs to their transaction', async () => {
    await boot(rootModule(parts([aClass('1'), aClass('2'), aClass('3')])));
    expect(commits).toBe(1);
  });

  it('share none where a method is given a service', async () => {
    await boot(rootModule(parts([aClass('1'), aClass('2', {}, [Mailer]), aClass('3')])));
    expect(commits).toBe(3);
  });

  it('share none where a class is given one', async () => {
    class ByConstructor {
      constructor(readonly mailer: Mailer) {}
      async execute(): Promise<void> {}
    }
    Reflect.defineMetadata('design:paramtypes', [Mailer], ByConstructor);
    class ByProperty {
      async execute(): Promise<void> {}
    }
    Inject(Mailer)(ByProperty.prototype, 'mailer');
    const changes = [declared(ByConstructor, '2', {}, []), declared(ByProperty, '3', {}, [])];
    await boot(rootModule(parts([aClass('1'), ...changes, aClass('4')])));
    expect(commits).toBe(4);
  });

  it('share none where one says so', async () => {
    await boot(rootModule(parts([aClass('1'), aClass('2', { commit: 'own' }), aClass('3')])));
    expect(commits).toBe(3);
  });

  it('refuse another word for it', async () => {
    const faults = await faultsOf(parts([aClass('1', { commit: 'each' as 'own' })]));
    expect(faults.map(({ problem }) => problem)).toEqual(['its commit can only be \'own\', not "each"']);
  });
});
