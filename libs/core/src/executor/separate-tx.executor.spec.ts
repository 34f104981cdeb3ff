import {
  holdOf,
  InMemoryAuditStore,
  InMemoryDatabase,
  InMemoryTable,
  InMemoryTargetSystem,
  ManualRuntime,
} from '@nestjs-flamingock/testing';
import { AuditStoreUnavailableError, ChangeUnrecordedError } from '../audit/audit.errors.js';
import type { AuditEntry } from '../audit/audit-entry.js';
import type { ChangeDescriptor, Invocation } from '../change/change-descriptor.js';
import { aChange, changeMethod } from '../fixtures/changes.js';
import {
  failureOf,
  LEASE_MS,
  openRun,
  passing,
  SERVICE,
  standStill,
  statesOf,
  takeLockFrom,
} from '../fixtures/runs.js';
import { Wire } from '../fixtures/wire.js';
import { LockLostError } from '../lock/lock.errors.js';
import { LostWritesError } from '../recovery/lost-writes.error.js';
import type { RunResources } from './change-caller.js';
import { undoBy } from './change-call.js';
import { SeparateTxExecutor } from './separate-tx.executor.js';

let runtime: ManualRuntime;
let auditDatabase: InMemoryDatabase;
let targetDatabase: InMemoryDatabase;
let auditWire: Wire;
let targetWire: Wire;
let target: InMemoryTargetSystem;
let run: RunResources;
let executor: SeparateTxExecutor;

beforeEach(async () => {
  runtime = new ManualRuntime();
  auditDatabase = new InMemoryDatabase({ now: runtime.wallMs });
  targetDatabase = new InMemoryDatabase({ now: runtime.wallMs });
  auditWire = new Wire();
  targetWire = new Wire();
  target = new InMemoryTargetSystem('inventory-db', targetDatabase.connect(targetWire.carry));
  run = await openRun(new InMemoryAuditStore(auditDatabase.connect(auditWire.carry)), runtime);
  executor = new SeparateTxExecutor(run);
});

const history = (): Promise<string[]> => statesOf(new InMemoryAuditStore(auditDatabase));
const rows = (): Promise<unknown[]> => new InMemoryTable(targetDatabase).entries();
/** Read by the next holder, whose claim it is. */
const marker = (token = 2) =>
  new InMemoryTargetSystem('x', targetDatabase).markers.read(holdOf(token), 'publish');
const rollback = changeMethod(() => {
  throw new TypeError('a rollback method must not run for a transaction that was rolled back');
}, 'rollback');

function inTransaction(body: (invocation: Invocation) => unknown, fields: Partial<ChangeDescriptor> = {}) {
  const execution = changeMethod(async (invocation) => {
    await (invocation.handles.get(InMemoryTable) as InMemoryTable).set('k', 'v');
    await body(invocation);
  });
  return aChange({ target, transactional: true, rollback, execution, ...fields });
}
/** Stands still while another instance takes the lock over. */
async function succeeded(): Promise<void> {
  standStill(runtime);
  await takeLockFrom(run, new InMemoryAuditStore(auditDatabase));
}
const entries = async (): Promise<AuditEntry[]> => {
  const all: AuditEntry[] = [];
  for await (const entry of new InMemoryAuditStore(auditDatabase).readHistory(SERVICE)) all.push(entry);
  return all;
};
const STARTED = ['publish STARTED'];
const EXECUTED = [...STARTED, 'publish EXECUTED'];
const ROLLED_BACK = [...STARTED, 'publish EXECUTION_FAILED', 'publish ROLLED_BACK'];
const succeeds = () => inTransaction(() => undefined);
const fails = (error: unknown) =>
  inTransaction(() => {
    throw error;
  });

describe('a change in a transaction of its own', () => {
  it('is started in history first, and executed once its target has committed', async () => {
    const before: string[] = [];
    const outcome = await executor.execute(
      inTransaction(async () => {
        before.push(...(await history()));
      }),
    );
    expect(outcome.status).toBe('executed');
    expect(before).toEqual(STARTED);
    expect([await rows(), await history()]).toEqual([[['k', 'v']], EXECUTED]);
  });

  it('is recorded by its method, and how long that took', async () => {
    await executor.execute(inTransaction(() => runtime.advance(1_234)));
    await executor.execute(inTransaction(() => Promise.reject(new TypeError('constraint'))));
    const recorded = (await entries()).map(({ methodName, operation, durationMs }) => [
      methodName,
      operation,
      durationMs,
    ]);
    expect(recorded).toEqual([0, 1_234, 0, 0, 0].map((durationMs) => ['execute', 'EXECUTE', durationMs]));
  });

  it('is given objects as they are: its transaction guards them', async () => {
    const catalog = { names: () => [] };
    let given: unknown;
    await executor.execute(inTransaction(({ guard }) => (given = guard(catalog))));
    expect(given).toBe(catalog);
  });

  it('is rolled back where its transaction cannot begin', async () => {
    const error = new TypeError('too many connections');
    const broken = new InMemoryTargetSystem('inventory-db', targetDatabase);
    broken.transaction = () => Promise.reject(error);
    const outcome = await executor.execute(inTransaction(() => undefined, { target: broken }));
    expect(outcome).toMatchObject({ status: 'failed', state: 'ROLLED_BACK', error });
    expect(await history()).toEqual(ROLLED_BACK);
  });

  it('leaves a marker of this very execution in its target', async () => {
    await executor.execute(succeeds());
    expect(await marker()).toEqual({
      ...run.lease.hold,
      changeId: 'publish',
      executionId: run.journal.executionId,
      operation: 'EXECUTE',
    });
  });

  it('leaves neither rows nor a marker where it throws, and its rollback method does not run', async () => {
    const error = new TypeError('constraint');
    expect(await executor.execute(fails(error))).toMatchObject({
      status: 'failed',
      state: 'ROLLED_BACK',
      error,
    });
    expect([await rows(), await marker(), await history()]).toEqual([[], undefined, ROLLED_BACK]);
  });

  it('fails where it takes too long', async () => {
    const change = inTransaction(() => new Promise(() => undefined), { timeoutMs: 300 });
    const outcome = await passing(runtime, executor.execute(change));
    expect(outcome).toMatchObject({ status: 'failed', state: 'ROLLED_BACK' });
    expect([await rows(), await history()]).toEqual([[], ROLLED_BACK]);
  });

  it('is never rolled back in history where part of it stayed, and history says why', async () => {
    const error = new TypeError('DDL committed implicitly');
    const partly = new InMemoryTargetSystem('inventory-db', targetDatabase);
    partly.transaction = async () => ({ status: 'partly-applied', error });
    const outcome = await executor.execute(inTransaction(() => undefined, { target: partly }));
    expect(outcome).toMatchObject({ status: 'failed', state: 'ROLLBACK_FAILED', error });
    expect(await history()).toEqual([...STARTED, 'publish EXECUTION_FAILED', 'publish ROLLBACK_FAILED']);
    const [last] = await new InMemoryAuditStore(auditDatabase).readSnapshot(SERVICE);
    expect(last?.error).toContain('DDL committed implicitly');
  });
});

describe('an undo in a transaction of its own', () => {
  const undo = (body: () => unknown = () => undefined) =>
    undoBy(changeMethod(body, 'rollback'), { by: 'ann' });
  const change = () => aChange({ target, transactional: true });
  const throwing = () => {
    throw new TypeError('constraint');
  };

  it('takes the change back, with a marker that says so', async () => {
    expect((await executor.execute(change(), undo())).status).toBe('executed');
    expect(await history()).toEqual([...STARTED, 'publish ROLLED_BACK']);
    expect(await entries()).toMatchObject([
      { operation: 'UNDO', methodName: 'rollback', metadata: { by: 'ann' } },
      { operation: 'UNDO', methodName: 'rollback', metadata: { by: 'ann' } },
    ]);
    expect(await marker()).toMatchObject({ operation: 'UNDO' });
  });

  it('leaves the change executed where it throws', async () => {
    const outcome = await executor.execute(change(), undo(throwing));
    expect(outcome).toMatchObject({ status: 'failed', state: 'EXECUTED' });
    expect(await history()).toEqual([...STARTED, 'publish ROLLBACK_FAILED', 'publish EXECUTED']);
  });

  it('has failed where part of it stayed', async () => {
    const partly = new InMemoryTargetSystem('inventory-db', targetDatabase);
    partly.transaction = async () => ({ status: 'partly-applied', error: new TypeError('DDL') });
    const outcome = await executor.execute({ ...change(), target: partly }, undo());
    expect(outcome).toMatchObject({ status: 'failed', state: 'ROLLBACK_FAILED' });
    expect(await history()).toEqual([...STARTED, 'publish ROLLBACK_FAILED']);
  });

  it('is said to have left the change executed where that cannot be recorded', async () => {
    const call = undo(() => {
      auditWire.lose('append', 'request', 1_000);
      throwing();
    });
    const error = await failureOf(passing(runtime, executor.execute(change(), call)));
    expect(error).toMatchObject({ changeId: 'publish', effect: 'undo-rolled-back' });
  });
});

describe('a change of which the target keeps part', () => {
  let partly: InMemoryTargetSystem;
  beforeEach(() => {
    const database = targetDatabase.connect(targetWire.carry);
    partly = new InMemoryTargetSystem('inventory-db', database, { keepsPart: true });
  });
  const breaksOff = () =>
    inTransaction(
      ({ handles }) => (handles.get(InMemoryTable) as InMemoryTable).failAtCommit(new TypeError('no room')),
      { target: partly },
    );
  const PARTLY_DONE = [...STARTED, 'publish EXECUTION_FAILED'];

  it('has failed, is not rolled back, and history says which part is there', async () => {
    const outcome = await executor.execute(breaksOff());
    expect(outcome).toMatchObject({ status: 'failed', state: 'EXECUTION_FAILED', hasPartialEffect: true });
    expect([await rows(), await history()]).toEqual([[['k', 'v']], PARTLY_DONE]);
    const [last] = await new InMemoryAuditStore(auditDatabase).readSnapshot(SERVICE);
    expect(last).toMatchObject({ metadata: { effect: 'part' }, error: 'TypeError: no room' });
  });

  it('is known by its marker where the answer of the commit is lost', async () => {
    targetWire.lose('commit', 'answer');
    const outcome = await passing(runtime, executor.execute(breaksOff()));
    expect(outcome).toMatchObject({ status: 'failed', state: 'EXECUTION_FAILED', hasPartialEffect: true });
    expect(await history()).toEqual(PARTLY_DONE);
    const [last] = await new InMemoryAuditStore(auditDatabase).readSnapshot(SERVICE);
    expect(last?.error).toContain('statement 2 of 2 failed: TypeError: no room');
  });

  it('leaves its marker where its failure cannot be recorded', async () => {
    targetWire.meet('commit', 'answer', async () => void auditWire.lose('append', 'request', 1_000));
    const error = await failureOf(passing(runtime, executor.execute(breaksOff())));
    expect(error).toMatchObject({ changeId: 'publish', effect: 'failed' });
    expect(await history()).toEqual(STARTED);
    expect((await marker())?.partial).toContain('no room');
  });
});

describe('a change in a transaction of its own, when history cannot be written', () => {
  it('does not run where its start is not durable', async () => {
    auditWire.lose('append', 'request', 1_000);
    const error = await failureOf(passing(runtime, executor.execute(succeeds())));
    expect(error).toBeInstanceOf(AuditStoreUnavailableError);
    expect([await rows(), await history()]).toEqual([[], []]);
  });

  it('is said to have executed, and keeps its marker', async () => {
    const change = inTransaction(() => void auditWire.lose('append', 'request', 1_000));
    const error = await failureOf(passing(runtime, executor.execute(change)));
    expect(error).toBeInstanceOf(ChangeUnrecordedError);
    expect(error).toMatchObject({ changeId: 'publish', effect: 'executed' });
    expect([await rows(), await history()]).toEqual([[['k', 'v']], STARTED]);
    expect(await marker()).toBeDefined();
  });

  it('cannot be said not to be rolled back where its failure cannot be recorded', async () => {
    const change = inTransaction(() => {
      auditWire.lose('append', 'request', 1_000);
      throw new TypeError('constraint');
    });
    const error = await failureOf(passing(runtime, executor.execute(change)));
    expect(error).toMatchObject({ changeId: 'publish', effect: 'rolled-back' });
    expect((error as Error).message).not.toMatch(/was not rolled back/);
  });
});

describe('a commit in a target whose answer is lost', () => {
  it('counts as executed where its marker is there', async () => {
    targetWire.lose('commit', 'answer');
    expect((await passing(runtime, executor.execute(succeeds()))).status).toBe('executed');
    expect([await rows(), await history()]).toEqual([[['k', 'v']], EXECUTED]);
  });

  it('counts as failed where it is not', async () => {
    targetWire.lose('commit', 'request');
    const outcome = await passing(runtime, executor.execute(succeeds()));
    expect(outcome).toMatchObject({ status: 'failed', state: 'ROLLED_BACK' });
    expect([await rows(), await history()]).toEqual([[], ROLLED_BACK]);
  });

  it('does not take the marker of its undo in the same run for its own', async () => {
    await executor.execute(succeeds());
    await executor.execute(
      succeeds(),
      undoBy(
        changeMethod(() => undefined, 'rollback'),
        {},
      ),
    );
    targetWire.lose('commit', 'request');
    expect(await executor.execute(succeeds())).toMatchObject({ status: 'failed', state: 'ROLLED_BACK' });
  });

  it('does not take the marker of an earlier execution for its own', async () => {
    await target.transaction(
      { service: SERVICE, changeId: 'publish', executionId: 'earlier', operation: 'EXECUTE' },
      () => Promise.resolve(),
      {
        service: SERVICE,
        changeId: 'publish',
        executionId: 'earlier',
        operation: 'EXECUTE',
        token: 0,
        owner: 'earlier',
      },
    );
    targetWire.lose('commit', 'request');
    const outcome = await passing(runtime, executor.execute(succeeds()));
    expect(outcome).toMatchObject({ status: 'failed', state: 'ROLLED_BACK' });
  });

  it('is asked about until the target answers', async () => {
    targetWire.lose('commit', 'answer').lose('readMarker', 'request', 5);
    expect((await passing(runtime, executor.execute(succeeds()))).status).toBe('executed');
  });

  it('stays for the next run to reconcile where the target never answers, and the error names the change', async () => {
    targetWire.lose('commit', 'answer').lose('readMarker', 'request', 1_000);
    const error = await failureOf(passing(runtime, executor.execute(succeeds())));
    expect(await history()).toEqual(STARTED);
    expect(error).toMatchObject({ changeId: 'publish' });
  });

  it('is not decided by this instance where the fence has been raised', async () => {
    targetWire.meet('commit', 'answer', async () => {
      await marker(2);
      throw new TypeError('connection lost');
    });
    const error = await failureOf(passing(runtime, executor.execute(succeeds())));
    expect(await history()).toEqual(STARTED);
    expect(error).toBeInstanceOf(LockLostError);
    expect((error as Error).message).toContain('another instance took it over');
  });
});

describe('a change in a transaction of its own whose lock is lost', () => {
  it('does not commit, and nothing is recorded', async () => {
    auditWire.hang('renew', 'request', 1_000);
    const change = inTransaction(() => runtime.advance(LEASE_MS * 3));
    expect(await failureOf(executor.execute(change))).toBeInstanceOf(LockLostError);
    expect([await rows(), await history()]).toEqual([[], STARTED]);
  });

  it('is shut out by the fence of the next holder, and nothing is recorded', async () => {
    const change = inTransaction(async () => {
      await takeLockFrom(run, new InMemoryAuditStore(auditDatabase));
      await marker(2);
    });
    const error = await failureOf(executor.execute(change));
    expect(error).toBeInstanceOf(LockLostError);
    expect((error as Error).message).toContain('another instance took it over');
    expect([await rows(), await history()]).toEqual([[], STARTED]);
    expect(run.lease.signal.aborted).toBe(true);
  });

  it('is shut out by a fence of which the audit store knows no holder, and says that it has lost writes', async () => {
    const error = await failureOf(executor.execute(inTransaction(() => marker(7))));
    expect(error).toBeInstanceOf(LostWritesError);
    expect((error as LostWritesError).findings).toEqual([
      { targetSystem: 'inventory-db', lostBy: 'audit-store', recorded: 0, found: 7, changeIds: [] },
    ]);
    expect([await rows(), await history()]).toEqual([[], STARTED]);
  });

  it('is not even called where another took over while its process stood still as its transaction began', async () => {
    let called = false;
    targetWire.meet('checkFence', 'answer', succeeded);
    const change = inTransaction(() => (called = true));
    expect(await failureOf(executor.execute(change))).toBeInstanceOf(LockLostError);
    expect([called, await history()]).toEqual([false, STARTED]);
  });

  it('does not commit where another took over while its process stood still in the midst of it', async () => {
    expect(await failureOf(executor.execute(inTransaction(succeeded)))).toBeInstanceOf(LockLostError);
    expect([await rows(), await history()]).toEqual([[], STARTED]);
  });

  it('is left for the next holder to reconcile where that happens after its commit', async () => {
    targetWire.meet('commit', 'answer', async () => {
      auditWire.hang('renew', 'request', 1_000);
      await runtime.advance(LEASE_MS * 3);
    });
    expect(await failureOf(executor.execute(succeeds()))).toBeInstanceOf(LockLostError);
    expect([await rows(), await history()]).toEqual([[['k', 'v']], STARTED]);
  });
});

describe('a change in a transaction of its own whose process stood still past its lease', () => {
  it.each([
    [
      'as its transaction began',
      () => targetWire.meet('checkFence', 'answer', async () => standStill(runtime)),
    ],
    ['after its commit', () => targetWire.meet('commit', 'answer', async () => standStill(runtime))],
  ])('goes on where nobody took over: %s', async (_, arrange) => {
    arrange();
    expect((await executor.execute(succeeds())).status).toBe('executed');
    expect([await rows(), await history()]).toEqual([[['k', 'v']], EXECUTED]);
  });

  it('goes on where nobody took over: in the midst of it', async () => {
    expect((await executor.execute(inTransaction(() => standStill(runtime)))).status).toBe('executed');
    expect(await history()).toEqual(EXECUTED);
  });
});
