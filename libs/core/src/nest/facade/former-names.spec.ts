/* eslint-disable @typescript-eslint/no-deprecated -- they are what is tried here */
import 'reflect-metadata';
import { inMemoryAuditStore, InMemoryAuditStore, InMemoryDatabase } from '@nestjs-flamingock/testing';
import { Change } from '../../change/change.decorator.js';
import { Execution, RollbackExecution } from '../../change/execution.decorator.js';
import { TargetSystem } from '../../change/target-system.decorator.js';
import { boot, closeApplications, rootModule } from '../../fixtures/applications.js';
import { failureOf } from '../../fixtures/runs.js';
import { LockTimeoutError } from '../../lock/lock.errors.js';
import { FlamingockService } from '../flamingock.service.js';
import { nonTransactionalTargetSystem } from '../non-transactional.target-system.js';

let database: InMemoryDatabase;
let broken: boolean;

beforeEach(() => {
  database = new InMemoryDatabase();
  broken = true;
});

afterEach(closeApplications);

@Change({ id: 'publish', order: '0001', author: 'team' })
@TargetSystem('files')
class Publish {
  @Execution() execute(): void {
    if (broken) throw new TypeError('broke');
  }

  @RollbackExecution() rollback(): void {
    if (broken) throw new TypeError('no way back');
  }
}

async function start(service: string): Promise<FlamingockService> {
  const flamingock = {
    service,
    runAt: 'manual' as const,
    auditStore: inMemoryAuditStore(database),
    targetSystems: [nonTransactionalTargetSystem('files')],
  };
  const app = await boot(rootModule({ flamingock, changes: [Publish] }));
  return app.get(FlamingockService);
}

describe('the names that operations had before they had nouns', () => {
  it('still lead from an issue to its end, with who and why in the request', async () => {
    const flamingock = await start('shop');
    await failureOf(flamingock.execute());
    expect(await flamingock.issueList()).toMatchObject([{ changeId: 'publish' }]);
    expect(await flamingock.issueGet()).toMatchObject({ changeId: 'publish' });
    await flamingock.auditFix({ changeId: 'publish', by: 'ann', reason: 'looked' });
    broken = false;
    await flamingock.undo({ changeId: 'publish' }, { by: 'bob', reason: 'recalled' });
    const exported: unknown[] = [];
    for await (const { metadata } of flamingock.auditExport()) exported.push(metadata);
    expect(exported).toHaveLength(6);
    expect(await flamingock.auditList({ history: true, limit: 3 })).toMatchObject([
      { state: 'MANUAL_MARKED_AS_EXECUTED', metadata: { by: 'ann', reason: 'looked' } },
      { state: 'STARTED' },
      { state: 'ROLLED_BACK', metadata: { by: 'bob', reason: 'recalled' } },
    ]);
    expect(await flamingock.auditVerify()).toMatchObject({ ok: true });
    expect(await flamingock.auditReconcile()).toMatchObject({ inQuestion: [], recorded: [] });
    expect(await flamingock.serviceRename({ from: 'shop', to: 'store', by: 'ann' })).toMatchObject({
      changes: 1,
    });
    expect((await (await start('store')).auditList()).at(-1)?.metadata).toMatchObject({ by: 'ann' });
  });

  it('still know the lock, and wait for it no longer than the request says', async () => {
    const flamingock = await start('shop');
    const lock = { service: 'shop', owner: 'another', host: 'elsewhere', pid: 7, leaseMs: 60_000, floor: 0 };
    await new InMemoryAuditStore(database).lock.acquire(lock);
    expect(await flamingock.lockStatus()).toMatchObject({ held: true, record: { token: 1 } });
    expect(await failureOf(flamingock.auditReconcile({ others: 'EXECUTED', waitMs: 0 }))).toBeInstanceOf(
      LockTimeoutError,
    );
    expect(await flamingock.lockRelease({ token: 1, reason: 'test' })).toBe(true);
    expect(await flamingock.lockStatus()).toMatchObject({ held: false });
  });
});
