import {
  InMemoryAuditStore,
  InMemoryDatabase,
  InMemoryTargetSystem,
  ManualRuntime,
} from '@nestjs-flamingock/testing';
import { aChange, changeMethod } from '../fixtures/changes.js';
import { failureOf, openRun, standStill, statesOf } from '../fixtures/runs.js';
import { Wire } from '../fixtures/wire.js';
import { LockLostError } from '../lock/lock.errors.js';
import { RunAbortedError } from '../run/run.errors.js';
import { Executors } from './executors.js';
import { executionOf, undoBy } from './change-call.js';

let runtime: ManualRuntime;
let database: InMemoryDatabase;
let wire: Wire;
let stop: AbortController;
let calls: string[];

beforeEach(() => {
  runtime = new ManualRuntime();
  database = new InMemoryDatabase({ now: runtime.wallMs });
  wire = new Wire();
  stop = new AbortController();
  calls = [];
});

const KINDS = ['NON_TX', 'TX_SEPARATE'] as const;
const history = () => statesOf(new InMemoryAuditStore(database));

async function begin(kind: (typeof KINDS)[number], operation: 'EXECUTE' | 'UNDO' = 'EXECUTE') {
  const store = new InMemoryAuditStore(database.connect(wire.carry));
  const run = await openRun(store, runtime);
  const signal = AbortSignal.any([stop.signal, run.lease.signal]);
  const rollback = changeMethod(() => calls.push('rollback'), 'rollback');
  const target = new InMemoryTargetSystem('inventory-db', new InMemoryDatabase());
  const execution = changeMethod(() => calls.push('execute'));
  const change = aChange({ target, transactional: kind === 'TX_SEPARATE', execution, rollback });
  const call = operation === 'EXECUTE' ? executionOf(change) : undoBy(rollback, {});
  return new Executors({ ...run, signal }, store).execute(change, call);
}

describe.each(KINDS)('a %s change whose run is told to stop while its start is recorded', (kind) => {
  const stopMeanwhile = () =>
    wire.meet('append', 'answer', async () => stop.abort(new RunAbortedError('inventory', 'a test says so')));

  it('does not begin, and leaves nothing that anybody has to look into', async () => {
    stopMeanwhile();
    const outcome = await begin(kind);
    expect(outcome).toMatchObject({ status: 'failed', state: 'ROLLED_BACK', durationMs: 0 });
    expect(outcome.status === 'failed' && outcome.error).toBeInstanceOf(RunAbortedError);
    expect(calls).toEqual([]);
    expect(await history()).toEqual(['publish STARTED', 'publish EXECUTION_FAILED', 'publish ROLLED_BACK']);
  });

  it('is still executed where that was to be its undo', async () => {
    stopMeanwhile();
    expect(await begin(kind, 'UNDO')).toMatchObject({ status: 'failed', state: 'EXECUTED' });
    expect(calls).toEqual([]);
  });

  it('records nothing more where the reason is that its lock is lost', async () => {
    wire.meet('append', 'answer', async () => {
      standStill(runtime);
      await database.write('take over', ({ locks }) => {
        for (const [service, held] of locks) locks.set(service, { ...held, owner: 'the next' });
      });
      stop.abort(new RunAbortedError('inventory', 'a test says so'));
    });
    expect(await failureOf(begin(kind))).toBeInstanceOf(LockLostError);
    expect([calls, await history()]).toEqual([[], ['publish STARTED']]);
  });
});
