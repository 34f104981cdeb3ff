import 'reflect-metadata';
import { inMemoryAuditStore, InMemoryAuditStore, InMemoryDatabase } from '@nestjs-flamingock/testing';
import { Change } from '../change/change.decorator.js';
import { Execution, RollbackExecution } from '../change/execution.decorator.js';
import { TargetSystem } from '../change/target-system.decorator.js';
import { boot, closeApplications, rootModule } from '../fixtures/applications.js';
import { failureOf } from '../fixtures/runs.js';
import { FlamingockEvents } from '../reporting/event-publisher.js';
import type { FlamingockEventMap, FlamingockEventName } from '../reporting/flamingock.events.js';
import { FlamingockService } from './flamingock.service.js';
import { nonTransactionalTargetSystem } from './non-transactional.target-system.js';

const SERVICE = 'shop';
const ANN = { actor: { kind: 'human', name: 'ann', via: 'dashboard' }, reason: 'looked' } as const;
const OPERATIONS = [
  'issue.opened',
  'issue.resolved',
  'change.undone',
  'lock.released',
  'service.renamed',
] as const;

let database: InMemoryDatabase;
let broken: boolean;

beforeEach(() => {
  database = new InMemoryDatabase();
  broken = false;
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

/** What was told of operations, and the last state of the history at that time. */
type Told = { [N in FlamingockEventName]: { name: N; event: FlamingockEventMap[N]; state: unknown } };

async function start() {
  const flamingock = {
    service: SERVICE,
    runAt: 'manual' as const,
    auditStore: inMemoryAuditStore(database),
    targetSystems: [nonTransactionalTargetSystem('files')],
  };
  const app = await boot(rootModule({ flamingock, changes: [Publish] }));
  const events = app.get(FlamingockEvents);
  const told: Told[FlamingockEventName][] = [];
  for (const name of OPERATIONS)
    events.on(name, (event) => told.push({ name, event, state: lastState() } as Told[typeof name]));
  return { flamingock: app.get(FlamingockService), events, told };
}

const lastState = () => (database.snapshot().entries.get(SERVICE) ?? []).at(-1)?.state;

describe('events of operations', () => {
  it('tell of an issue at its run, at each run that it stops, and once it is resolved', async () => {
    const { flamingock, told } = await start();
    broken = true;
    for (let run = 1; run <= 2; run += 1) await failureOf(flamingock.execute());
    expect(told).toMatchObject([
      {
        name: 'issue.opened',
        event: { service: SERVICE, change: { changeId: 'publish', result: 'failed' } },
      },
      { name: 'issue.opened', event: { change: { changeId: 'publish', result: 'blocked' } } },
    ]);
    expect(told.map(({ state }) => state)).toEqual(['ROLLBACK_FAILED', 'ROLLBACK_FAILED']);
    await flamingock.audit.fix({ changeId: 'publish' }, ANN);
    const state = 'MANUAL_MARKED_AS_EXECUTED';
    const { executionId } = (await flamingock.audit.list())[0]!;
    expect(told.slice(2)).toEqual([
      {
        name: 'issue.resolved',
        event: { service: SERVICE, executionId, changeId: 'publish', state, ...ANN },
        state,
      },
    ]);
  });

  it('tell of no issue where the next start decides by itself, nor of a fix that is refused', async () => {
    const { flamingock, told } = await start();
    await flamingock.execute();
    await failureOf(flamingock.audit.fix({ changeId: 'publish' }, ANN));
    await flamingock.undo({ changeId: 'publish' }, { dryRun: true, ...ANN });
    expect(told).toEqual([]);
  });

  it('tell of each finding that reconciles an altered history', async () => {
    const { flamingock, told } = await start();
    await flamingock.execute();
    const tables = database.snapshot();
    const entries = tables.entries.get(SERVICE) ?? [];
    tables.entries.set(
      SERVICE,
      entries.map((entry) => (entry.seq === 2 ? { ...entry, author: 'eve' } : entry)),
    );
    database.restore(tables);
    await flamingock.audit.reconcile({}, ANN);
    expect(told).toEqual([]);
    await flamingock.audit.reconcile({ others: 'ROLLED_BACK' }, ANN);
    const state = 'MANUAL_MARKED_AS_ROLLED_BACK';
    expect(told).toMatchObject([
      { name: 'issue.resolved', event: { changeId: 'publish', state, ...ANN }, state },
    ]);
  });

  it('tell of what is undone, and of an undo that leaves an issue, with who and why', async () => {
    const { flamingock, told } = await start();
    await flamingock.execute();
    const { executionId } = await flamingock.undo({ changeId: 'publish' }, ANN);
    expect(told).toMatchObject([
      {
        name: 'change.undone',
        event: { executionId, change: { changeId: 'publish', result: 'undone', runsAgain: true }, ...ANN },
        state: 'ROLLED_BACK',
      },
    ]);
    await flamingock.execute();
    broken = true;
    await flamingock.undo({ changeId: 'publish' }, { actor: 'bob', reason: 'test' });
    expect(told.slice(1)).toMatchObject([
      {
        name: 'issue.opened',
        event: { change: { result: 'failed' }, actor: { kind: 'human', name: 'bob' }, reason: 'test' },
        state: 'ROLLBACK_FAILED',
      },
    ]);
  });

  it('tell of a lock that an operator has freed, and of no other', async () => {
    const { flamingock, told } = await start();
    await flamingock.execute();
    await flamingock.lock.release({ token: 1 }, ANN);
    expect(told).toEqual([]);
    const { lock } = new InMemoryAuditStore(database);
    await lock.acquire({ service: SERVICE, owner: 'x', host: 'elsewhere', pid: 7, leaseMs: 60_000 });
    await flamingock.lock.release({ token: 2 }, ANN);
    expect(told).toMatchObject([
      { name: 'lock.released', event: { service: SERVICE, holder: { token: 2, host: 'elsewhere' }, ...ANN } },
    ]);
  });

  it('tell once of a service that has another name', async () => {
    const { flamingock, told } = await start();
    await flamingock.execute();
    const rename = { from: SERVICE, to: 'store' };
    for (let call = 1; call <= 2; call += 1) await flamingock.service.rename(rename, ANN);
    expect(told).toMatchObject([
      { name: 'service.renamed', event: { service: 'store', from: SERVICE, changes: 1, ...ANN } },
    ]);
  });

  it('leave the outcome as it is where a listener throws', async () => {
    const { flamingock, events, told } = await start();
    for (const name of OPERATIONS)
      events.on(name, () => {
        throw new TypeError('not listening');
      });
    await flamingock.execute();
    expect(await flamingock.undo({ changeId: 'publish' }, ANN)).toMatchObject({ status: 'undone' });
    broken = true;
    await failureOf(flamingock.execute());
    expect(await flamingock.audit.fix({ changeId: 'publish' }, ANN)).toMatchObject({
      next: { action: 'SKIP' },
    });
    expect(told.map(({ name }) => name)).toEqual(['change.undone', 'issue.opened', 'issue.resolved']);
  });
});
