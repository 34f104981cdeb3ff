import 'reflect-metadata';
import { inMemoryAuditStore, InMemoryDatabase } from '@nestjs-flamingock/testing';
import { Change } from '../change/change.decorator.js';
import { Execution, Verify } from '../change/execution.decorator.js';
import { TargetSystem } from '../change/target-system.decorator.js';
import { boot, closeApplications, rootModule } from '../fixtures/applications.js';
import { failureOf } from '../fixtures/runs.js';
import type { Verdict } from '../recovery/verdict.js';
import { FlamingockService } from './flamingock.service.js';
import { nonTransactionalTargetSystem, type ExecutionPolicy } from './non-transactional.target-system.js';

let database: InMemoryDatabase;
let calls: number;
let failures: number;

beforeEach(() => {
  database = new InMemoryDatabase();
  calls = 0;
  failures = 0;
});

afterEach(closeApplications);

@Change({ id: 'publish', order: '0001', author: 'team' })
@TargetSystem('feed')
class Publish {
  @Execution() execute(): void {
    calls++;
    if (calls <= failures) throw new TypeError('broke');
  }

  @Verify() verify(): Verdict {
    return 'applied';
  }
}

async function start(policy: ExecutionPolicy): Promise<FlamingockService> {
  const flamingock = {
    service: 'shop',
    runAt: 'manual' as const,
    auditStore: inMemoryAuditStore(database),
    targetSystems: [nonTransactionalTargetSystem('feed', { policy })],
  };
  return (await boot(rootModule({ flamingock, changes: [Publish] }))).get(FlamingockService);
}

const again: ExecutionPolicy = {
  execute: async (work) => {
    try {
      return await work();
    } catch {
      return work();
    }
  },
};
const broken: ExecutionPolicy = { execute: () => Promise.reject(new Error('the breaker is open')) };

describe('a policy of a target system', () => {
  it('may call a method again, within one execution', async () => {
    failures = 1;
    const flamingock = await start(again);
    expect((await flamingock.execute()).status).toBe('applied');
    expect(calls).toBe(2);
    const entries = await flamingock.audit.list({ history: true });
    expect(entries.map(({ state }) => state)).toEqual(['STARTED', 'EXECUTED']);
  });

  it('fails the change with what the method throws in the end', async () => {
    failures = 2;
    const error = await failureOf((await start(again)).execute());
    expect((error as Error).message).toMatch(/TypeError: broke/);
    expect(calls).toBe(2);
  });

  it('may not call it at all: then nothing of the change is there, and no person has to look', async () => {
    const flamingock = await start(broken);
    expect(((await failureOf(flamingock.execute())) as Error).message).toMatch(/the breaker is open/);
    expect(calls).toBe(0);
    expect(await flamingock.issues.list()).toEqual([]);
    const [last] = await flamingock.audit.list();
    expect(last?.state).toBe('ROLLED_BACK');
  });

  it('has no part in what only asks', async () => {
    const flamingock = await start(broken);
    expect(await flamingock.verify()).toMatchObject([{ changeId: 'publish', verdict: 'applied' }]);
  });

  it('is refused where it is none', () => {
    const { faults } = nonTransactionalTargetSystem('feed', { policy: {} as ExecutionPolicy });
    expect(faults).toEqual([
      "nonTransactionalTargetSystem('feed') has a policy that must have a method execute(work), not be {}",
    ]);
  });
});
