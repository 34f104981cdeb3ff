import 'reflect-metadata';
import { AsyncLocalStorage } from 'node:async_hooks';
import {
  inMemoryAuditStore,
  InMemoryDatabase,
  InMemoryTable,
  inMemoryTargetSystem,
} from '@nestjs-flamingock/testing';
import { Change } from '../change/change.decorator.js';
import { Execution, RollbackExecution } from '../change/execution.decorator.js';
import { TargetSystem } from '../change/target-system.decorator.js';
import { aModule, boot, closeApplications, rootModule } from '../fixtures/applications.js';
import type { ObservedChange, ObservedEnd } from '../reporting/change-observer.js';
import { FlamingockEvents } from '../reporting/event-publisher.js';
import type { ChangeEndedEvent } from '../reporting/flamingock.events.js';
import { FlamingockService } from './flamingock.service.js';
import { nonTransactionalTargetSystem } from './non-transactional.target-system.js';

const current = new AsyncLocalStorage<ObservedChange>();
/** What is current inside each method that was called. */
let inside: (ObservedChange | undefined)[];
let ends: ObservedEnd[];
let ended: ChangeEndedEvent[];

beforeEach(() => {
  inside = [];
  ends = [];
  ended = [];
});
afterEach(closeApplications);

function method(fails = false): void {
  inside.push(current.getStore());
  if (fails) throw new TypeError('mine');
}

@Change({ id: 'add-sku', order: '0001', author: 'team' })
@TargetSystem('db')
class AddSku {
  @Execution()
  async execute(table: InMemoryTable): Promise<void> {
    await table.set('sku', 1);
    method();
  }

  @RollbackExecution()
  rollback(): void {
    method();
  }
}

@Change({ id: 'add-price', order: '0002', author: 'team' })
@TargetSystem('db')
class AddPrice {
  @Execution()
  async execute(table: InMemoryTable): Promise<void> {
    await table.set('price', 1);
    method();
  }
}

@Change({ id: 'publish', order: '0003', author: 'team', transactional: false })
@TargetSystem('feed')
class Publish {
  @Execution()
  execute(): void {
    method(true);
  }
}

async function start(commit: 'auto' | 'each'): Promise<FlamingockService> {
  const database = new InMemoryDatabase();
  const observing = {
    provide: 'observing',
    inject: [FlamingockEvents],
    useFactory: (events: FlamingockEvents) => {
      events.observe({
        around: (change, call) => current.run(change, () => call().then((end) => ends.push(end))),
      });
      events.on('change.completed', (event) => ended.push(event));
      events.on('change.failed', (event) => ended.push(event));
      return {};
    },
  };
  const app = await boot(
    rootModule({
      flamingock: {
        service: 'inventory',
        auditStore: inMemoryAuditStore(database),
        targetSystems: [inMemoryTargetSystem('db', database), nonTransactionalTargetSystem('feed')],
        runAt: 'manual',
        commit,
      },
      changes: [AddSku, AddPrice, Publish],
      imports: [aModule({ providers: [observing] })],
    }),
  );
  return app.get(FlamingockService);
}

it.each(['auto', 'each'] as const)('observers follow each change, with commit: %s', async (commit) => {
  const flamingock = await start(commit);
  await flamingock.execute().catch(() => undefined);
  const executionId = ended[0]?.executionId;
  const about = { service: 'inventory', executionId, stage: 'main', operation: 'EXECUTE' };
  expect(inside).toEqual([
    { ...about, changeId: 'add-sku', targetSystem: 'db' },
    { ...about, changeId: 'add-price', targetSystem: 'db' },
    { ...about, changeId: 'publish', targetSystem: 'feed' },
  ]);
  expect(ends).toEqual([{}, {}, { error: new TypeError('mine') }]);
});

it('observers follow an undo', async () => {
  const flamingock = await start('auto');
  await flamingock.execute().catch(() => undefined);
  inside = [];
  await flamingock.undo({ changeId: 'add-sku' }, { reason: 'test' });
  expect(inside).toEqual([
    expect.objectContaining({ changeId: 'add-sku', operation: 'UNDO', stage: 'main', targetSystem: 'db' }),
  ]);
});

it.each([
  ['auto', [4, 4, 6]],
  ['each', [2, 4, 6]],
] as const)('a change tells at its end where the history ends, with commit: %s', async (commit, seqs) => {
  const flamingock = await start(commit);
  await flamingock.execute().catch(() => undefined);
  expect(ended.map(({ head }) => head?.seq)).toEqual(seqs);
  const entries = await flamingock.audit.list();
  expect(ended.at(-1)?.head?.hash).toBe(entries.at(-1)?.hash);
});
