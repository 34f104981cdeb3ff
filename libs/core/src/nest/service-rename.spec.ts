import 'reflect-metadata';
import {
  inMemoryAuditStore,
  InMemoryDatabase,
  InMemoryTable,
  inMemoryTargetSystem,
} from '@nestjs-flamingock/testing';
import type { ChangeClass } from '../change/change-discovery.js';
import { Change } from '../change/change.decorator.js';
import { Execution, RollbackExecution } from '../change/execution.decorator.js';
import { TargetSystem } from '../change/target-system.decorator.js';
import { boot, closeApplications, rootModule } from '../fixtures/applications.js';
import { failureOf } from '../fixtures/runs.js';
import { LostWritesError } from '../recovery/lost-writes.error.js';
import { EarlierNameError } from '../plan/identity.errors.js';
import { FlamingockService } from './flamingock.service.js';

let ran: string[];
let audit: InMemoryDatabase;
let target: InMemoryDatabase;

beforeEach(() => {
  ran = [];
  audit = new InMemoryDatabase();
  target = new InMemoryDatabase();
});
afterEach(closeApplications);

function change(id: string): ChangeClass {
  @Change({ id, order: id, author: 'ann' })
  @TargetSystem('stock')
  class Counting {
    @Execution()
    async execute(table: InMemoryTable) {
      ran.push(id);
      await table.set(id, true);
    }
    @RollbackExecution()
    async rollback(table: InMemoryTable) {
      ran.push(`-${id}`);
      await table.set(id, false);
    }
  }
  return Counting;
}

/** The application under that name; its target system has a database, and so claims and markers, of its own. */
async function application(service: string, ...ids: string[]): Promise<FlamingockService> {
  const root = rootModule({
    flamingock: {
      service,
      auditStore: inMemoryAuditStore(audit),
      targetSystems: [inMemoryTargetSystem('stock', target)],
      runAt: 'manual',
    },
    changes: ids.map(change),
  });
  return (await boot(root)).get(FlamingockService);
}
const start = async (service: string, ...ids: string[]) => (await application(service, ...ids)).execute();
const rename = async (from: string, to: string) =>
  (await application(to, '1', '2')).service.rename({ from, to }, { actor: 'ann', reason: 'a test' });

describe('a renamed service whose target system has claims and markers', () => {
  beforeEach(async () => {
    await start('default', '1');
    await start('default', '1', '2');
  });

  it('goes on without running anything again, and without a contradiction', async () => {
    expect(await failureOf(start('shop', '1', '2'))).toBeInstanceOf(EarlierNameError);
    await rename('default', 'shop');
    expect(await start('shop', '1', '2')).toMatchObject({ status: 'up-to-date', warnings: [] });
    expect(await start('shop', '1', '2', '3')).toMatchObject({ status: 'applied' });
    expect(await start('shop', '1', '2', '3')).toMatchObject({ status: 'up-to-date' });
    const flamingock = await application('shop', '1', '2', '3');
    expect(await flamingock.undo({ to: '1' }, { reason: 'test' })).toMatchObject({ status: 'undone' });
    expect(ran).toEqual(['1', '2', '3', '-3', '-2']);
    expect(await flamingock.audit.reconcile()).toMatchObject({ lostWrites: [], inQuestion: [] });
    expect(await flamingock.audit.verify()).toMatchObject({ ok: true });
  });

  it('is told by a target system that is emptied afterwards, and goes on once that is reconciled', async () => {
    const empty = new InMemoryDatabase().snapshot();
    await rename('default', 'shop');
    target.restore(empty);
    expect(await failureOf(start('shop', '1', '2'))).toBeInstanceOf(LostWritesError);
    const flamingock = await application('shop', '1', '2');
    const { inQuestion } = await flamingock.audit.reconcile();
    expect(inQuestion.map(({ changeId }) => changeId)).toEqual(['1', '2']);
    await flamingock.audit.reconcile({ others: 'ROLLED_BACK' });
    expect(await start('shop', '1', '2')).toMatchObject({ status: 'applied' });
    expect(ran).toEqual(['1', '2', '1', '2']);
  });

  it('asks about what was undone before, too, where the target system is set back', async () => {
    const backup = target.snapshot();
    await (await application('default', '1', '2')).undo({ changeId: '2' }, { reason: 'test' });
    await rename('default', 'shop');
    target.restore(backup);
    const { inQuestion } = await (await application('shop', '1', '2')).audit.reconcile();
    expect(inQuestion.map(({ changeId }) => changeId)).toEqual(['1', '2']);
  });

  it('is not renamed while its target system contradicts its history', async () => {
    target.restore(new InMemoryDatabase().snapshot());
    expect(await failureOf(rename('default', 'shop'))).toBeInstanceOf(LostWritesError);
    expect(audit.snapshot().entries.get('shop')).toBeUndefined();
    await (await application('default', '1', '2')).audit.reconcile({ others: 'EXECUTED' });
    await rename('default', 'shop');
    expect(await start('shop', '1', '2')).toMatchObject({ status: 'up-to-date' });
  });
});
