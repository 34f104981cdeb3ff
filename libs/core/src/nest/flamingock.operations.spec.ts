import 'reflect-metadata';
import { applicationName } from '../runtime/node-runtime.js';
import { inMemoryAuditStore, InMemoryAuditStore, InMemoryDatabase } from '@nestjs-flamingock/testing';
import { Change } from '../change/change.decorator.js';
import { Execution, RollbackExecution } from '../change/execution.decorator.js';
import { TargetSystem } from '../change/target-system.decorator.js';
import { boot, closeApplications, rootModule } from '../fixtures/applications.js';
import { failureOf, statesOf } from '../fixtures/runs.js';
import { RunAbortedError } from '../run/run.errors.js';
import { nonTransactionalTargetSystem } from './non-transactional.target-system.js';
import { FlamingockService } from './flamingock.service.js';

/** What an application is called that says nothing: by its package.json. */
const NAME = applicationName()!;

let database: InMemoryDatabase;
let broken: boolean;
let undoing: () => Promise<void>;

beforeEach(() => {
  database = new InMemoryDatabase();
  broken = false;
  undoing = () => Promise.resolve();
});

afterEach(closeApplications);

@Change({ id: 'publish', order: '0001', author: 'team', guidance: 'Count the files in /feed.' })
@TargetSystem('files')
class Publish {
  @Execution()
  execute(): void {
    if (broken) throw new TypeError('broke');
  }

  @RollbackExecution()
  async rollback(): Promise<void> {
    if (broken) throw new TypeError('no way back');
    await undoing();
  }
}

async function start() {
  const flamingock = {
    service: NAME,
    runAt: 'manual' as const,
    auditStore: inMemoryAuditStore(database),
    targetSystems: [nonTransactionalTargetSystem('files')],
  };
  const app = await boot(rootModule({ flamingock, changes: [Publish] }));
  return { app, service: app.get(FlamingockService) };
}
const states = () => statesOf(new InMemoryAuditStore(database), NAME);

describe('FlamingockService', () => {
  it('leads from an issue to its end', async () => {
    broken = true;
    const { service } = await start();
    await failureOf(service.execute());
    expect(await service.issueList()).toMatchObject([{ changeId: 'publish', state: 'ROLLBACK_FAILED' }]);
    expect((await service.issueGet()).guidance.join()).toContain('Count the files in /feed.');
    expect(await service.auditFix({ changeId: 'publish' })).toMatchObject({ next: { action: 'SKIP' } });
    expect(await service.issueList()).toEqual([]);
  });

  it('lists, verifies and exports the history, and knows the lock', async () => {
    const { service } = await start();
    await service.execute();
    expect(await service.auditList()).toMatchObject([{ state: 'EXECUTED' }]);
    expect(await service.auditVerify()).toMatchObject({ ok: true, entries: 2 });
    const exported: number[] = [];
    for await (const { seq } of service.auditExport()) exported.push(seq);
    expect(exported).toEqual([1, 2]);
    expect(await service.lockStatus()).toMatchObject({ held: false, record: { token: 1 } });
    expect(await service.lockRelease({ token: 1 })).toBe(false);
  });

  it('undoes what it executed, and executes it again', async () => {
    const { service } = await start();
    await service.execute();
    expect((await service.undo({ changeId: 'publish' }, { dryRun: true })).status).toBe('planned');
    expect((await service.undo({ changeId: 'publish' })).status).toBe('undone');
    expect((await service.execute()).status).toBe('applied');
  });

  it('waits with app.close() for the end of an undo, and begins none after it', async () => {
    const { app, service } = await start();
    await service.execute();
    let closing: Promise<void> | undefined;
    undoing = async () => {
      closing = app.close();
      await new Promise((resolve) => setTimeout(resolve, 20));
    };
    const undone = service.undo({ changeId: 'publish' });
    await undone;
    await closing;
    expect(await states()).toContain('publish ROLLED_BACK');
    expect(await failureOf(service.undo({ changeId: 'publish' }))).toBeInstanceOf(RunAbortedError);
  });
});
