import {
  holdOf,
  InMemoryAuditStore,
  InMemoryDatabase,
  InMemoryTable,
  InMemoryTargetSystem,
  ManualRuntime,
} from '@nestjs-flamingock/testing';
import type { AuditEntry } from '../audit/audit-entry.js';
import { PARTIAL_EFFECT } from '../audit/entry-metadata.js';
import type { AuditState } from '../audit/audit-state.js';
import { aChange } from '../fixtures/changes.js';
import { failureOf, openRun, passing, SERVICE, statesOf, takeLockFrom } from '../fixtures/runs.js';
import { Wire } from '../fixtures/wire.js';
import { LockLostError } from '../lock/lock.errors.js';
import { decide } from '../recovery/recovery-decision.js';
import type { RunResources } from './change-caller.js';
import { subjectOf } from './change-executor.js';
import { TargetSystemUnavailableError } from '../target-system/target-system.errors.js';
import { Reconciler } from './reconciler.js';

let runtime: ManualRuntime;
let auditDatabase: InMemoryDatabase;
let targetDatabase: InMemoryDatabase;
let targetWire: Wire;
let target: InMemoryTargetSystem;

beforeEach(() => {
  runtime = new ManualRuntime();
  auditDatabase = new InMemoryDatabase({ now: runtime.wallMs });
  targetDatabase = new InMemoryDatabase();
  targetWire = new Wire();
  target = new InMemoryTargetSystem('inventory-db', targetDatabase.connect(targetWire.carry));
});

const history = (): Promise<string[]> => statesOf(new InMemoryAuditStore(auditDatabase));
const change = () => aChange({ target, transactional: true });

/** A run that recorded `state` and ended; its marker is in the target if it `committed`. */
async function interrupted(state: AuditState, committed: boolean): Promise<AuditEntry> {
  const store = new InMemoryAuditStore(auditDatabase);
  const run = await openRun(store, runtime);
  await run.journal.append(subjectOf(change(), 'TX_SEPARATE'), { state, at: run.journal.now() });
  const executed = {
    service: SERVICE,
    changeId: 'publish',
    executionId: run.journal.executionId,
    operation: 'EXECUTE',
  } as const;
  const marker = { ...executed, ...run.lease.hold };
  if (committed) await target.transaction(executed, () => Promise.resolve(), marker);
  await run.lease.release();
  const [entry] = await store.readSnapshot(SERVICE);
  if (!entry) throw new TypeError('nothing was recorded');
  return entry;
}

/** An execution or undo that recorded its start, took effect in part, and did not live to record that. */
async function brokenOff(operation: 'EXECUTE' | 'UNDO'): Promise<AuditEntry> {
  const store = new InMemoryAuditStore(auditDatabase);
  const run = await openRun(store, runtime);
  const started = { state: 'STARTED', operation, at: run.journal.now() } as const;
  const entry = await run.journal.append(subjectOf(change(), 'TX_SEPARATE'), started);
  const executed = {
    service: SERVICE,
    changeId: 'publish',
    executionId: run.journal.executionId,
    operation,
  } as const;
  const partly = new InMemoryTargetSystem('inventory-db', targetDatabase, { keepsPart: true });
  await partly.transaction(
    executed,
    async (handles) => {
      const table = handles.get(InMemoryTable) as InMemoryTable;
      await table.set('k', 'v');
      await table.failAtCommit(new TypeError('no room'));
    },
    { ...executed, ...run.lease.hold },
  );
  await run.lease.release();
  return entry;
}

async function next(): Promise<[RunResources, Reconciler]> {
  const run = await openRun(new InMemoryAuditStore(auditDatabase), runtime);
  return [run, new Reconciler(run)];
}

describe('Reconciler', () => {
  it.each(['STARTED', 'EXECUTION_FAILED'] as const)(
    'records EXECUTED for a change left %s whose marker is there',
    async (state) => {
      const entry = await interrupted(state, true);
      const [, reconciler] = await next();
      expect(await reconciler.reconcile(change(), entry)).toMatchObject({ action: 'SKIP' });
      expect(await history()).toEqual([`publish ${state}`, 'publish EXECUTED']);
    },
  );

  it.each(['STARTED', 'EXECUTION_FAILED'] as const)(
    'records ROLLED_BACK for a change left %s whose marker is not there',
    async (state) => {
      const entry = await interrupted(state, false);
      const [, reconciler] = await next();
      expect(await reconciler.reconcile(change(), entry)).toMatchObject({ action: 'EXECUTE' });
      expect(await history()).toEqual([`publish ${state}`, 'publish ROLLED_BACK']);
    },
  );

  it.each([
    ['EXECUTE', 'EXECUTION_FAILED', 'RECONCILE'],
    ['UNDO', 'ROLLBACK_FAILED', 'UNDO'],
  ] as const)(
    'records the failure of an %s whose marker proves that part of it took effect',
    async (operation, state, recordedAs) => {
      const entry = await brokenOff(operation);
      const [, reconciler] = await next();
      const settled = await reconciler.reconcile(change(), entry);
      expect(settled).toMatchObject({
        action: 'MANUAL_INTERVENTION',
        entry: { state, operation: recordedAs, metadata: { effect: 'part' } },
      });
      expect(settled.entry.error).toContain('no room');
      expect(await history()).toEqual(['publish STARTED', `publish ${state}`]);
      const again = decide(settled.entry, 'MANUAL_INTERVENTION');
      expect(again.action).toBe('MANUAL_INTERVENTION');
    },
  );

  it('says that it was reconciled, by which run, and that no method ran', async () => {
    const entry = await interrupted('STARTED', true);
    const [run, reconciler] = await next();
    await reconciler.reconcile(change(), entry);
    const [last] = await new InMemoryAuditStore(auditDatabase).readSnapshot(SERVICE);
    expect(last).toMatchObject({
      operation: 'RECONCILE',
      executionId: run.journal.executionId,
      methodName: null,
      txStrategy: 'TX_SEPARATE',
    });
  });

  it('takes only the marker of the execution in question for proof', async () => {
    await interrupted('STARTED', true);
    const again = await interrupted('STARTED', false);
    const [, reconciler] = await next();
    expect(await reconciler.reconcile(change(), again)).toMatchObject({ action: 'EXECUTE' });
  });

  it('does not take the marker of an execution for proof of its undo', async () => {
    const entry = await interrupted('STARTED', true);
    const [, reconciler] = await next();
    const settled = await reconciler.reconcile(change(), { ...entry, operation: 'UNDO' });
    expect(settled).toMatchObject({ action: 'SKIP', entry: { state: 'EXECUTED' } });
  });

  it('keeps what an entry says of a part, though no marker is there to say which', async () => {
    const entry = await interrupted('EXECUTION_FAILED', false);
    const [, reconciler] = await next();
    const settled = await reconciler.reconcile(change(), { ...entry, metadata: PARTIAL_EFFECT });
    expect(settled).toMatchObject({ action: 'MANUAL_INTERVENTION', entry: { metadata: PARTIAL_EFFECT } });
    expect(settled.entry.error).toContain('no detail');
  });

  it.each([
    ['executed', () => interrupted('STARTED', true)],
    ['rolled-back', () => interrupted('STARTED', false)],
    ['failed', () => brokenOff('EXECUTE')],
    ['undo-failed', () => brokenOff('UNDO')],
  ] as const)('says that it is %s where that cannot be recorded', async (effect, leave) => {
    const entry = await leave();
    const wire = new Wire();
    const run = await openRun(new InMemoryAuditStore(auditDatabase.connect(wire.carry)), runtime);
    wire.lose('append', 'request', 1_000);
    const error = await failureOf(passing(runtime, new Reconciler(run).reconcile(change(), entry)));
    expect(error).toMatchObject({ changeId: 'publish', effect });
  });

  it('asks nothing where the lock is lost', async () => {
    const entry = await interrupted('STARTED', true);
    const [run, reconciler] = await next();
    const lost = run.lease.lose('it could not be renewed');
    expect(await failureOf(reconciler.reconcile(change(), entry))).toBe(lost);
  });

  it('shuts out a transaction that is still open before it looks', async () => {
    const entry = await interrupted('STARTED', false);
    const { executionId } = entry;
    const stale = { service: SERVICE, changeId: 'publish', executionId, operation: 'EXECUTE' } as const;
    const [, reconciler] = await next();
    const outcome = await target.transaction(
      stale,
      async () => {
        expect(await reconciler.reconcile(change(), entry)).toMatchObject({ action: 'EXECUTE' });
      },
      { ...stale, ...holdOf(1, SERVICE) },
    );
    expect(outcome.status).toBe('rolled-back');
  });

  it('asks until the target answers', async () => {
    const entry = await interrupted('STARTED', true);
    const [, reconciler] = await next();
    targetWire.lose('readMarker', 'request', 5);
    expect(await passing(runtime, reconciler.reconcile(change(), entry))).toMatchObject({ action: 'SKIP' });
  });

  it('records nothing where the target does not answer', async () => {
    const entry = await interrupted('STARTED', true);
    const [, reconciler] = await next();
    targetWire.lose('readMarker', 'request', 1_000);
    const error = await failureOf(passing(runtime, reconciler.reconcile(change(), entry)));
    expect(error).toBeInstanceOf(TargetSystemUnavailableError);
    expect((error as Error).message).toContain('connection lost');
    expect(await history()).toEqual(['publish STARTED']);
  });

  it('loses the lock where the fence of the target is higher', async () => {
    const entry = await interrupted('STARTED', true);
    const [run, reconciler] = await next();
    await takeLockFrom(run, new InMemoryAuditStore(auditDatabase));
    await target.markers.read(holdOf(99), 'publish');
    const error = await failureOf(reconciler.reconcile(change(), entry));
    expect(error).toBeInstanceOf(LockLostError);
    expect((error as Error).message).toContain('another instance took it over');
    expect(run.lease.signal.aborted).toBe(true);
    expect(await history()).toEqual(['publish STARTED']);
  });
});
