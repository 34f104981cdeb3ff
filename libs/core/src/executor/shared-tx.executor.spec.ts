import {
  holdOf,
  InMemoryAuditStore,
  InMemoryDatabase,
  InMemoryTable,
  InMemoryTargetSystem,
  ManualRuntime,
} from '@nestjs-flamingock/testing';
import { ChangeUnrecordedError } from '../audit/audit.errors.js';
import type { AuditStore } from '../audit/audit-store.js';
import type { ChangeDescriptor, Invocation } from '../change/change-descriptor.js';
import { aChange, changeMethod } from '../fixtures/changes.js';
import { failureOf, LEASE_MS, openRun, passing, SERVICE, statesOf } from '../fixtures/runs.js';
import { Wire } from '../fixtures/wire.js';
import { LockLostError } from '../lock/lock.errors.js';
import type { TransactionOutcome } from '../target-system/target-system.js';
import type { RunResources } from './change-caller.js';
import { ChangeTimeoutError } from './executor.errors.js';
import { undoBy } from './change-call.js';
import { SharedTxExecutor } from './shared-tx.executor.js';

let runtime: ManualRuntime;
let database: InMemoryDatabase;
let wire: Wire;
let store: AuditStore;
let target: InMemoryTargetSystem;
let run: RunResources;
let executor: SharedTxExecutor;

beforeEach(async () => {
  runtime = new ManualRuntime();
  database = new InMemoryDatabase({ now: runtime.wallMs });
  wire = new Wire();
  const connection = database.connect(wire.carry);
  store = new InMemoryAuditStore(connection);
  target = new InMemoryTargetSystem('inventory-db', connection);
  run = await openRun(store, runtime);
  executor = new SharedTxExecutor(run, store);
});

const history = (): Promise<string[]> => statesOf(new InMemoryAuditStore(database));
const rows = (): Promise<unknown[]> => new InMemoryTable(database).entries();
const insert = ({ handles }: Invocation): Promise<void> =>
  (handles.get(InMemoryTable) as InMemoryTable).set('k', 'v');
const rollback = changeMethod(() => {
  throw new TypeError('a rollback method must not run for a transaction that was rolled back');
}, 'rollback');

function inTransaction(body: (invocation: Invocation) => unknown, fields: Partial<ChangeDescriptor> = {}) {
  const execution = changeMethod(async (invocation) => {
    await insert(invocation);
    await body(invocation);
  });
  return aChange({ target, transactional: true, rollback, execution, ...fields });
}
const fails = (...errors: unknown[]) =>
  inTransaction(() => {
    throw errors.length > 0 ? errors[0] : new TypeError('constraint');
  });
const ROLLED_BACK = ['publish STARTED', 'publish EXECUTION_FAILED', 'publish ROLLED_BACK'];
const EXECUTED = ['publish STARTED', 'publish EXECUTED'];

/** The target, ending its transactions with `outcome`. */
function ending(outcome: TransactionOutcome): InMemoryTargetSystem {
  const faulty = new InMemoryTargetSystem('inventory-db', target.resource);
  faulty.transaction = async (change, work) => {
    await target.transaction(change, async (handles, tx) => {
      await work(handles, tx);
      throw new TypeError('not committed');
    });
    return outcome;
  };
  return faulty;
}

describe('a change in the transaction of the audit store', () => {
  it('commits together with its entries', async () => {
    const seen: unknown[] = [];
    const outcome = await executor.execute(
      inTransaction(async () => {
        seen.push(await rows(), await history());
      }),
    );
    expect(outcome.status).toBe('executed');
    expect(seen).toEqual([[], []]);
    expect([await rows(), await history()]).toEqual([[['k', 'v']], EXECUTED]);
  });

  it('is followed by the next one in the same chain', async () => {
    await executor.execute(inTransaction(() => undefined));
    await executor.execute(inTransaction(() => undefined, { id: 'next' }));
    await executor.execute(inTransaction(() => undefined, { id: 'last' }));
    const head = await store.readHead(SERVICE);
    expect(run.journal.head).toMatchObject({ seq: 6, hash: head?.hash });
  });

  it('tells its target where the next one follows in a transaction of the same target, and only there', async () => {
    const told: (boolean | undefined)[] = [];
    const asked = target.transaction.bind(target);
    target.transaction = (change, ...rest) => {
      told.push(change.followed);
      return asked(change, ...rest);
    };
    const change = inTransaction(() => undefined);
    const elsewhere = new InMemoryTargetSystem('other-db', target.resource);
    const nexts = [
      inTransaction(() => undefined, { id: 'next' }),
      undefined,
      inTransaction(() => undefined, { id: 'next', transactional: false }),
      inTransaction(() => undefined, { id: 'next', target: elsewhere }),
    ];
    for (const next of nexts) await executor.execute(change, undefined, next);
    expect(told).toEqual([true, false, false, false]);
  });

  it('leaves nothing but its failure where it throws, and its rollback method does not run', async () => {
    const error = new TypeError('constraint');
    const outcome = await executor.execute(fails(error));
    expect(outcome).toMatchObject({ status: 'failed', state: 'ROLLED_BACK', error });
    expect(outcome).not.toHaveProperty('rollbackError');
    expect([await rows(), await history()]).toEqual([[], ROLLED_BACK]);
  });

  it.each([['x'], [undefined], [null]])('fails with %j where that is thrown', async (thrown) => {
    expect(await executor.execute(fails(thrown))).toMatchObject({ status: 'failed', error: thrown });
    expect(await history()).toEqual(ROLLED_BACK);
  });

  it('fails where the transaction cannot begin', async () => {
    const broken = new InMemoryTargetSystem('inventory-db', target.resource);
    broken.transaction = () => Promise.reject(new TypeError('too many connections'));
    const outcome = await executor.execute(inTransaction(() => undefined, { target: broken }));
    expect(outcome).toMatchObject({ status: 'failed', error: new TypeError('too many connections') });
    expect(await history()).toEqual(ROLLED_BACK);
  });

  it('fails where it takes too long', async () => {
    const change = inTransaction(() => new Promise(() => undefined), { timeoutMs: 300 });
    const outcome = await passing(runtime, executor.execute(change));
    expect(outcome.status === 'failed' && outcome.error).toBeInstanceOf(ChangeTimeoutError);
    expect([await rows(), await history()]).toEqual([[], ROLLED_BACK]);
  });

  it('is left without a confirmed rollback where part of it stayed', async () => {
    const error = new TypeError('DDL committed implicitly');
    const change = inTransaction(() => undefined, { target: ending({ status: 'partly-applied', error }) });
    const outcome = await executor.execute(change);
    expect(outcome).toMatchObject({ status: 'failed', state: 'EXECUTION_FAILED', error });
    expect(await history()).toEqual(['publish STARTED', 'publish EXECUTION_FAILED']);
  });
});

describe('an undo in the transaction of the audit store', () => {
  const change = () => aChange({ target, transactional: true });

  it('commits together with its entries', async () => {
    const undo = undoBy(changeMethod(insert, 'rollback'), { by: 'ann' });
    expect((await executor.execute(change(), undo)).status).toBe('executed');
    expect([await rows(), await history()]).toEqual([
      [['k', 'v']],
      ['publish STARTED', 'publish ROLLED_BACK'],
    ]);
    const [last] = await store.readSnapshot(SERVICE);
    expect(last).toMatchObject({ operation: 'UNDO', methodName: 'rollback', metadata: { by: 'ann' } });
  });

  it('leaves the change executed where it throws', async () => {
    const undo = undoBy(rollback, {});
    expect(await executor.execute(change(), undo)).toMatchObject({ status: 'failed', state: 'EXECUTED' });
    expect(await history()).toEqual(['publish STARTED', 'publish ROLLBACK_FAILED', 'publish EXECUTED']);
  });
});

describe('a change whose entries cannot be written in its transaction', () => {
  it('is rolled back and recorded as failed', async () => {
    wire.lose('append', 'request');
    const outcome = await executor.execute(inTransaction(() => undefined));
    expect(outcome).toMatchObject({ status: 'failed', state: 'ROLLED_BACK' });
    expect([await rows(), await history()]).toEqual([[], ROLLED_BACK]);
  });

  it('cannot be said not to be rolled back where its failure cannot be recorded either', async () => {
    wire.lose('append', 'request', 1_000);
    const error = await failureOf(passing(runtime, executor.execute(fails())));
    expect(error).toBeInstanceOf(ChangeUnrecordedError);
    expect(error).toMatchObject({ changeId: 'publish', effect: 'rolled-back' });
    expect((error as Error).message).not.toMatch(/was not rolled back/);
    expect([await rows(), await history()]).toEqual([[], []]);
  });
});

describe('a commit whose answer is lost', () => {
  it('counts as executed where the entries are in history', async () => {
    wire.lose('commit', 'answer');
    const outcome = await passing(runtime, executor.execute(inTransaction(() => undefined)));
    expect(outcome.status).toBe('executed');
    expect([await rows(), await history()]).toEqual([[['k', 'v']], EXECUTED]);
    await executor.execute(inTransaction(() => undefined, { id: 'next' }));
    expect(await history()).toEqual([...EXECUTED, 'next STARTED', 'next EXECUTED']);
  });

  it('counts as failed where they are not', async () => {
    wire.lose('commit', 'request');
    const outcome = await passing(runtime, executor.execute(inTransaction(() => undefined)));
    expect(outcome).toMatchObject({ status: 'failed', state: 'ROLLED_BACK' });
    expect([await rows(), await history()]).toEqual([[], ROLLED_BACK]);
  });

  it('is asked about until the store answers', async () => {
    wire.lose('commit', 'answer').lose('claimHead', 'request', 5);
    const outcome = await passing(runtime, executor.execute(inTransaction(() => undefined)));
    expect(outcome.status).toBe('executed');
  });

  it('is not decided by this instance where another has taken over', async () => {
    wire.meet('commit', 'answer', async () => {
      await new InMemoryAuditStore(database).claimHead(holdOf(2));
      throw new TypeError('connection lost');
    });
    const error = await failureOf(passing(runtime, executor.execute(inTransaction(() => undefined))));
    expect(error).toBeInstanceOf(LockLostError);
    expect(await history()).toEqual(EXECUTED);
  });

  it('ends in an error that says what is not known where the store never answers', async () => {
    wire.lose('commit', 'answer').lose('claimHead', 'request', 1_000);
    const error = await failureOf(passing(runtime, executor.execute(inTransaction(() => undefined))));
    expect(error).toMatchObject({ changeId: 'publish' });
    expect(await history()).toEqual(EXECUTED);
  });
});

describe('a change in a transaction whose lock is lost', () => {
  it('is rolled back, and nothing is recorded', async () => {
    wire.hang('renew', 'request', 1_000);
    const change = inTransaction(() => runtime.advance(LEASE_MS * 3));
    expect(await failureOf(executor.execute(change))).toBeInstanceOf(LockLostError);
    expect([await rows(), await history()]).toEqual([[], []]);
  });

  it('cannot commit where a later holder has the head', async () => {
    const change = inTransaction(() => new InMemoryAuditStore(database).claimHead(holdOf(2)));
    const error = await failureOf(executor.execute(change));
    expect(error).toBeInstanceOf(LockLostError);
    expect((error as Error).message).toContain('its audit entries were refused');
    expect([await rows(), await history()]).toEqual([[], []]);
    expect(run.lease.signal.aborted).toBe(true);
  });
});

describe('a transaction that keeps everybody from writing the lock', () => {
  beforeEach(async () => {
    await run.lease.release();
    const { lock } = store;
    const blocking = Object.assign(Object.create(store) as AuditStore, {
      lock: {
        acquire: lock.acquire.bind(lock),
        renew: lock.renew.bind(lock),
        release: lock.release.bind(lock),
        read: lock.read.bind(lock),
        isHeldBy: () => true,
      },
    });
    run = await openRun(blocking, runtime);
    executor = new SharedTxExecutor(run, blocking);
    wire.answered.length = 0;
  });

  it('may take longer than the lease, without a renewal meanwhile and with one right after', async () => {
    const change = inTransaction(async () => {
      await runtime.advance(LEASE_MS * 3);
      expect(wire.answered).not.toContain('renew');
    });
    expect((await executor.execute(change)).status).toBe('executed');
    expect(wire.answered.slice(-2)).toEqual(['commit', 'renew']);
    run.lease.assertHeld();
  });

  it('is not followed by a renewal that is not due', async () => {
    expect((await executor.execute(inTransaction(() => undefined))).status).toBe('executed');
    expect(wire.answered).not.toContain('renew');
  });

  it('is followed by a renewal also where it fails', async () => {
    const change = inTransaction(async () => {
      await runtime.advance(LEASE_MS);
      throw new TypeError('constraint');
    });
    expect((await executor.execute(change)).status).toBe('failed');
    expect(wire.answered.indexOf('renew')).toBeGreaterThan(-1);
    expect(wire.answered.indexOf('renew')).toBeLessThan(wire.answered.lastIndexOf('append'));
  });

  it('does not keep an instance waiting for ever whose renewal hangs', async () => {
    const change = inTransaction(async () => {
      wire.hang('renew', 'request', 1_000);
      await runtime.advance(LEASE_MS);
    });
    expect((await passing(runtime, executor.execute(change))).status).toBe('executed');
    expect(run.lease.signal.aborted).toBe(true);
  });
});
