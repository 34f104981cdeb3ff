import {
  InMemoryAuditStore,
  InMemoryDatabase,
  InMemoryTargetSystem,
  ManualRuntime,
} from '@nestjs-flamingock/testing';
import { aChange, changeMethod } from '../fixtures/changes.js';
import { anEngine } from '../fixtures/engines.js';
import { failureOf, openRun, passing } from '../fixtures/runs.js';
import { execute } from './execute.js';
import { status } from './status.js';

let runtime: ManualRuntime;
let database: InMemoryDatabase;

beforeEach(() => {
  runtime = new ManualRuntime();
  database = new InMemoryDatabase({ now: runtime.wallMs });
});

const store = () => new InMemoryAuditStore(database);
const fails = changeMethod(() => {
  throw new TypeError('no');
});

function engine(ids: readonly string[], broken?: string) {
  const changes = ids.map((id, at) =>
    aChange({ id, order: `000${at}`, ...(id === broken && { execution: fails }) }),
  );
  return anEngine({ store: store(), runtime, changes });
}
const apply = (one: ReturnType<typeof engine>) =>
  passing(runtime, execute(one, new AbortController().signal));

describe('status', () => {
  it('of a service that was never started is all pending, and writes nothing', async () => {
    expect(await status(engine(['a', 'b']))).toEqual({
      service: 'inventory',
      isSettled: false,
      changes: { applied: 0, pending: 2, blocked: 0 },
      waiting: [],
      lock: { held: false },
      issues: [],
    });
    expect(await store().readHead('inventory')).toBeUndefined();
  });

  it('tells the end of the history, whether it is settled, and what the last run has left', async () => {
    const { executionId, head } = await apply(engine(['a', 'b']));
    expect(await status(engine(['a', 'b']))).toMatchObject({
      head,
      isSettled: true,
      changes: { applied: 2, pending: 0, blocked: 0 },
      lock: { held: false },
      lastRun: {
        executionId,
        host: runtime.host,
        changes: [
          { changeId: 'a', state: 'EXECUTED', operation: 'EXECUTE' },
          { changeId: 'b', state: 'EXECUTED', operation: 'EXECUTE' },
        ],
      },
    });
    expect(await status(engine(['a', 'b', 'c']))).toMatchObject({
      isSettled: false,
      changes: { applied: 2, pending: 1, blocked: 0 },
    });
  });

  it('tells why a change failed whose transaction was rolled back', async () => {
    const target = new InMemoryTargetSystem('shared', database);
    const broken = aChange({ id: 'a', target, transactional: true, execution: fails });
    await failureOf(apply(anEngine({ store: store(), runtime, changes: [broken] })));
    expect((await status(engine(['a']))).lastRun).toMatchObject({
      changes: [{ changeId: 'a', state: 'ROLLED_BACK' }],
      error: 'TypeError: no',
    });
  });

  it('tells what needs a manual check, and what waits behind it', async () => {
    await failureOf(apply(engine(['a', 'b', 'c'], 'b')));
    expect(await status(engine(['a', 'b', 'c']))).toMatchObject({
      changes: { applied: 1, pending: 1, blocked: 1 },
      issues: [{ changeId: 'b', state: 'EXECUTION_FAILED' }],
    });
  });

  it('counts a change as pending while a holder of the lock is at work on it', async () => {
    const run = await openRun(store(), runtime);
    const { pipeline } = engine(['a']);
    const {
      id: changeId,
      target,
      className,
      stage,
      order,
      author,
      recovery,
    } = pipeline.stages[0]!.changes[0]!;
    await run.journal.append(
      {
        changeId,
        className,
        stage,
        order,
        author,
        targetSystem: target.id,
        txStrategy: 'NON_TX',
        recoveryStrategy: recovery,
        transactional: false,
      },
      { state: 'STARTED', at: run.journal.now() },
    );
    expect(await status(engine(['a']))).toMatchObject({
      changes: { applied: 0, pending: 1, blocked: 0 },
      lock: { held: true },
      issues: [],
    });
    await run.lease.release();
  });
});
