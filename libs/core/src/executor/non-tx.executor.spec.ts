import { holdOf, InMemoryAuditStore, InMemoryDatabase, ManualRuntime } from '@nestjs-flamingock/testing';
import { AuditStoreUnavailableError, ChangeUnrecordedError } from '../audit/audit.errors.js';
import type { AuditStore } from '../audit/audit-store.js';
import type { AuditEntry } from '../audit/audit-entry.js';
import { aChange, changeMethod, FILES } from '../fixtures/changes.js';
import {
  failureOf,
  guarded,
  LEASE_MS,
  openRun,
  passing,
  SERVICE,
  standStill,
  statesOf,
  takeLockFrom,
} from '../fixtures/runs.js';
import { Wire } from '../fixtures/wire.js';
import { LockLostError, LockUnconfirmedError } from '../lock/lock.errors.js';
import type { TargetSystem } from '../target-system/target-system.js';
import type { RunResources } from './change-caller.js';
import { ChangeTimeoutError } from './executor.errors.js';
import { ChangeEndedError } from '../lock/change-scope.errors.js';
import { TargetSystemUnavailableError } from '../target-system/target-system.errors.js';
import { undoBy, undoOfPart } from './change-call.js';
import { NonTxExecutor } from './non-tx.executor.js';

let runtime: ManualRuntime;
let database: InMemoryDatabase;
let wire: Wire;
let store: AuditStore;
let run: RunResources;
let executor: NonTxExecutor;
let calls: string[];

beforeEach(async () => {
  runtime = new ManualRuntime();
  database = new InMemoryDatabase({ now: runtime.wallMs });
  wire = new Wire();
  calls = [];
  const unguarded = new InMemoryAuditStore(database.connect(wire.carry));
  store = guarded(unguarded, runtime);
  run = await openRun(unguarded, runtime);
  executor = new NonTxExecutor(run, store);
});

const history = (): Promise<string[]> => statesOf(new InMemoryAuditStore(database));
const entries = async (): Promise<AuditEntry[]> => {
  const all: AuditEntry[] = [];
  for await (const entry of new InMemoryAuditStore(database).readHistory(SERVICE)) all.push(entry);
  return all;
};
const rollback = changeMethod(() => calls.push('rollback'), 'rollback');
const throwing = (error: unknown) =>
  changeMethod(() => {
    calls.push('execute');
    throw error;
  });
/** Lets the lease run out and another instance take the lock. */
async function takeOver(): Promise<void> {
  wire.hang('renew', 'request', 1_000);
  await runtime.advance(LEASE_MS * 3);
  await openRun(new InMemoryAuditStore(database), new ManualRuntime({ clock: runtime.clock, pid: 2 }));
}
/** Stands still while another instance takes the lock over. */
async function succeeded(): Promise<void> {
  standStill(runtime);
  await takeLockFrom(run, new InMemoryAuditStore(database));
}

describe('a non-transactional change that succeeds', () => {
  it('is started in history before its code runs, and executed after', async () => {
    const before: string[] = [];
    const execution = changeMethod(async () => {
      before.push(...(await history()));
    });
    const outcome = await executor.execute(aChange({ execution }));
    expect(outcome.status).toBe('executed');
    expect(before).toEqual(['publish STARTED']);
    expect(await history()).toEqual(['publish STARTED', 'publish EXECUTED']);
  });

  it('repeats the facts of the change in both entries', async () => {
    await executor.execute(aChange({ recovery: 'ALWAYS_RETRY' }));
    for (const entry of await entries()) {
      expect(entry).toMatchObject({
        service: SERVICE,
        executionId: run.journal.executionId,
        stage: 'main',
        order: '0001',
        author: 'team-inventory',
        targetSystem: 'files',
        txStrategy: 'NON_TX',
        recoveryStrategy: 'ALWAYS_RETRY',
        transactional: false,
        className: 'Publish',
        methodName: 'execute',
        operation: 'EXECUTE',
        hostname: 'test-host',
        error: null,
      });
    }
  });

  it('records how long it took, and when by the clock of the store', async () => {
    await runtime.advance(1_000);
    const execution = changeMethod(() => runtime.advance(1_234));
    await executor.execute(aChange({ execution }));
    const [started, executed] = await entries();
    expect([started?.durationMs, executed?.durationMs]).toEqual([0, 1_234]);
    expect([started?.createdAt, executed?.createdAt]).toEqual([
      '2024-01-01T00:00:01.000Z',
      '2024-01-01T00:00:02.234Z',
    ]);
  });

  it('tells the change which run it is part of', async () => {
    let context: unknown;
    await executor.execute(
      aChange({ execution: changeMethod((invocation) => (context = invocation.context)) }),
    );
    expect(context).toMatchObject({
      service: SERVICE,
      executionId: run.journal.executionId,
      stage: 'main',
      changeId: 'publish',
      lockToken: 1,
    });
  });
});

describe('a call of a non-transactional change', () => {
  const named: unknown[] = [];
  const target: TargetSystem = {
    ...FILES,
    run: (change, work) => {
      named.push(change);
      return work(new Map());
    },
  };
  beforeEach(() => void (named.length = 0));
  const calledFor = (operation: string) => ({
    service: SERVICE,
    changeId: 'publish',
    executionId: run.journal.executionId,
    operation,
    origin: expect.any(String) as string,
    signal: expect.any(AbortSignal) as AbortSignal,
  });

  it('is named to its target system, and so is its rollback', async () => {
    await executor.execute(aChange({ target, rollback, execution: throwing(new TypeError('full')) }));
    expect(named).toEqual([calledFor('EXECUTE'), calledFor('EXECUTE')]);
  });

  it('has a bound for waiting for locks only where its change names one', async () => {
    await executor.execute(aChange({ target, lockTimeoutMs: 250 }));
    await executor.execute(aChange({ target, id: 'other' }));
    expect(named).toEqual([
      { ...calledFor('EXECUTE'), lockTimeoutMs: 250 },
      { ...calledFor('EXECUTE'), changeId: 'other' },
    ]);
    expect(named[1]).not.toHaveProperty('lockTimeoutMs');
  });

  it('is named as an undo where it is one', async () => {
    await executor.execute(aChange({ target, rollback }), undoBy(rollback, {}));
    expect(named).toEqual([calledFor('UNDO')]);
  });
});

describe('a non-transactional change that its target never calls', () => {
  const away: TargetSystem = { ...FILES, run: () => Promise.reject(new TypeError('connection refused')) };

  it('has done nothing: it is recorded as rolled back, and its rollback is not called', async () => {
    const execution = changeMethod(() => calls.push('execute'));
    const outcome = await executor.execute(aChange({ target: away, execution, rollback }));
    expect(outcome).toMatchObject({ status: 'failed', state: 'ROLLED_BACK', isUnbegun: true });
    expect(outcome.status === 'failed' && outcome.error).toBeInstanceOf(TargetSystemUnavailableError);
    expect(await history()).toEqual(['publish STARTED', 'publish EXECUTION_FAILED', 'publish ROLLED_BACK']);
    expect((await entries())[1]?.error).toMatch(/"files" cannot be used: .*connection refused/);
    expect(calls).toEqual([]);
  });

  it('is not called later either, where it was given up before', async () => {
    let begin = (): void => undefined;
    const begun = new Promise<void>((resolve) => (begin = resolve));
    let late: Promise<void> | undefined;
    const slow: TargetSystem = {
      ...FILES,
      run: (_change, work) => (late = begun.then(() => work(new Map()))),
    };
    const execution = changeMethod(() => calls.push('execute'));
    const change = aChange({ target: slow, execution, rollback, timeoutMs: 500 });
    const outcome = await passing(runtime, executor.execute(change));
    expect(outcome).toMatchObject({ status: 'failed', state: 'ROLLED_BACK' });
    begin();
    expect(await failureOf(late!)).toBeInstanceOf(ChangeEndedError);
    expect(calls).toEqual([]);
  });

  it('is still executed where it was to be undone', async () => {
    const outcome = await executor.execute(aChange({ target: away, rollback }), undoBy(rollback, {}));
    expect(outcome).toMatchObject({ status: 'failed', state: 'EXECUTED' });
    expect(await history()).toEqual(['publish STARTED', 'publish ROLLBACK_FAILED', 'publish EXECUTED']);
    expect(calls).toEqual([]);
  });

  it('is recorded once as it was where what is left of it was to be undone', async () => {
    const undo = undoOfPart(rollback, {});
    const outcome = await executor.execute(aChange({ target: away, rollback }), undo);
    expect(outcome).toMatchObject({ status: 'failed', state: 'ROLLBACK_FAILED', isUnbegun: true });
    expect(await history()).toEqual(['publish STARTED', 'publish ROLLBACK_FAILED']);
  });

  it('needs a manual check where its rollback is not called after it has failed', async () => {
    let runs = 0;
    const target: TargetSystem = { ...FILES, run: (...args) => (runs++ === 0 ? FILES : away).run(...args) };
    const change = aChange({ target, rollback, execution: throwing(new TypeError('disk full')) });
    expect(await executor.execute(change)).toMatchObject({ status: 'failed', state: 'ROLLBACK_FAILED' });
    expect(calls).toEqual(['execute']);
  });
});

describe('an undo outside a transaction', () => {
  const metadata = { by: 'ann' };

  it('is recorded by its method, with who wanted it', async () => {
    const outcome = await executor.execute(aChange({ rollback }), undoBy(rollback, metadata));
    expect(outcome.status).toBe('executed');
    const undo = { operation: 'UNDO', methodName: 'rollback', metadata };
    expect(await entries()).toMatchObject([
      { ...undo, state: 'STARTED' },
      { ...undo, state: 'ROLLED_BACK' },
    ]);
  });

  it('has failed where its method throws, and nothing compensates it', async () => {
    const undo = throwing(new TypeError('disk full'));
    const outcome = await executor.execute(aChange({ rollback }), undoBy(undo, metadata));
    expect(outcome).toMatchObject({ status: 'failed', state: 'ROLLBACK_FAILED' });
    expect(await history()).toEqual(['publish STARTED', 'publish ROLLBACK_FAILED']);
    expect(calls).toEqual(['execute']);
  });

  it.each([
    ['undone', () => undefined],
    [
      'undo-failed',
      () => {
        throw new TypeError('disk full');
      },
    ],
  ])('is said to be %s where that cannot be recorded', async (effect, end) => {
    const undo = changeMethod(() => {
      wire.lose('append', 'request', 1_000);
      end();
    });
    const error = await failureOf(passing(runtime, executor.execute(aChange(), undoBy(undo, metadata))));
    expect(error).toMatchObject({ changeId: 'publish', effect });
  });
});

describe('a non-transactional change that throws', () => {
  it('stays failed where it has no rollback', async () => {
    const error = new TypeError('disk full');
    const outcome = await executor.execute(aChange({ execution: throwing(error) }));
    expect(outcome).toMatchObject({ status: 'failed', state: 'EXECUTION_FAILED', error });
    expect(await history()).toEqual(['publish STARTED', 'publish EXECUTION_FAILED']);
    expect((await entries()).at(-1)?.error).toBe('TypeError: disk full');
  });

  it('is recorded as failed before its rollback runs, and as rolled back after', async () => {
    const before: string[] = [];
    const change = aChange({
      execution: throwing(new TypeError('disk full')),
      rollback: changeMethod(async () => before.push(...(await history())), 'takeBack'),
    });
    const outcome = await executor.execute(change);
    expect(outcome).toMatchObject({ status: 'failed', state: 'ROLLED_BACK' });
    expect(before).toEqual(['publish STARTED', 'publish EXECUTION_FAILED']);
    expect((await entries()).at(-1)).toMatchObject({
      state: 'ROLLED_BACK',
      methodName: 'takeBack',
      error: null,
    });
  });

  it('keeps both errors where its rollback throws too', async () => {
    const change = aChange({
      execution: throwing(new TypeError('disk full')),
      rollback: throwing(new RangeError('still full')),
    });
    const outcome = await executor.execute(change);
    expect(outcome).toMatchObject({
      status: 'failed',
      state: 'ROLLBACK_FAILED',
      error: new TypeError('disk full'),
      rollbackError: new RangeError('still full'),
    });
    const recorded = (await entries()).map(({ state, error }) => [state, error]);
    expect(recorded).toEqual([
      ['STARTED', null],
      ['EXECUTION_FAILED', 'TypeError: disk full'],
      ['ROLLBACK_FAILED', expect.stringMatching(/RangeError: still full[^]*TypeError: disk full/)],
    ]);
  });

  it.each([
    ['a string', 'x', 'x'],
    ['nothing', undefined, 'undefined was thrown'],
    ['null', null, 'null was thrown'],
    ['a number', 0, '0 was thrown'],
    ['an object', { code: 7 }, '{ code: 7 } was thrown'],
  ])('records %s that was thrown readably', async (_what, thrown, text) => {
    const outcome = await executor.execute(aChange({ execution: throwing(thrown) }));
    expect(outcome).toMatchObject({ status: 'failed', error: thrown });
    expect((await entries()).at(-1)?.error).toBe(text);
  });
});

describe('a non-transactional change that does not end in time', () => {
  it('is told to stop, and its rollback runs once it has stopped', async () => {
    let reason: unknown;
    const execution = changeMethod(
      ({ context: { signal } }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            reason = signal.reason;
            reject(new TypeError('stopped'));
          });
        }),
    );
    const outcome = await passing(
      runtime,
      executor.execute(aChange({ execution, rollback, timeoutMs: 500 })),
    );
    expect(reason).toBeInstanceOf(ChangeTimeoutError);
    expect(outcome).toMatchObject({ status: 'failed', state: 'ROLLED_BACK' });
    expect(calls).toEqual(['rollback']);
  });

  it('is recorded as failed and never rolled back while it may still be at work', async () => {
    const execution = changeMethod(() => new Promise(() => undefined));
    const outcome = await passing(
      runtime,
      executor.execute(aChange({ execution, rollback, timeoutMs: 500 })),
    );
    expect(outcome).toMatchObject({ status: 'failed', state: 'EXECUTION_FAILED' });
    expect(outcome.status === 'failed' && outcome.error).toBeInstanceOf(ChangeTimeoutError);
    expect(calls).toEqual([]);
  });

  it('can no longer use what it was given', async () => {
    let late: Promise<unknown> | undefined;
    const disk = { write: () => calls.push('write') };
    const execution = changeMethod(async ({ guard }) => {
      const guarded = guard(disk);
      late = (async () => {
        await runtime.sleep(5_000);
        guarded.write();
      })();
      await late;
    });
    await passing(runtime, executor.execute(aChange({ execution, timeoutMs: 500 })));
    const failure = failureOf(late ?? Promise.resolve());
    await runtime.advance(5_000);
    expect(await failure).toBeInstanceOf(ChangeEndedError);
    expect(calls).toEqual([]);
  });

  it('has the time of the run where it names none of its own', async () => {
    const never = changeMethod(() => new Promise(() => undefined));
    executor = new NonTxExecutor({ ...run, changeTimeoutMs: 700 }, store);
    const outcome = await passing(runtime, executor.execute(aChange({ execution: never })));
    expect(outcome.status === 'failed' && outcome.error).toMatchObject({ timeoutMs: 700 });
  });

  it('ROLLBACK_FAILED is what a rollback that never ends leaves behind', async () => {
    const never = changeMethod(() => new Promise(() => undefined), 'rollback');
    const change = aChange({ execution: throwing(new TypeError('full')), rollback: never, timeoutMs: 500 });
    const outcome = await passing(runtime, executor.execute(change));
    expect(outcome).toMatchObject({ status: 'failed', state: 'ROLLBACK_FAILED' });
  });
});

describe('a non-transactional change whose entry cannot be written', () => {
  it('does not run where that is its start', async () => {
    wire.lose('append', 'request', 1_000);
    const change = aChange({ execution: throwing('never'), rollback });
    const error = await failureOf(passing(runtime, executor.execute(change)));
    expect(error).toBeInstanceOf(AuditStoreUnavailableError);
    expect(calls).toEqual([]);
    expect(await history()).toEqual([]);
  });

  it('runs once its start is written after all', async () => {
    wire.lose('append', 'request', 3);
    const outcome = await passing(runtime, executor.execute(aChange()));
    expect(outcome.status).toBe('executed');
    expect(await history()).toEqual(['publish STARTED', 'publish EXECUTED']);
  });

  it('is written once where the answer is lost', async () => {
    wire.lose('append', 'answer', 2);
    const outcome = await passing(runtime, executor.execute(aChange()));
    expect(outcome.status).toBe('executed');
    expect(await history()).toEqual(['publish STARTED', 'publish EXECUTED']);
  });

  it('is said to have executed, and is never compensated', async () => {
    const execution = changeMethod(() => void wire.lose('append', 'request', 1_000));
    const error = await failureOf(passing(runtime, executor.execute(aChange({ execution, rollback }))));
    expect(error).toBeInstanceOf(ChangeUnrecordedError);
    expect(error).toMatchObject({ changeId: 'publish', effect: 'executed' });
    expect((error as Error).message).toMatch(/DID execute/);
    expect(calls).toEqual([]);
    expect(await history()).toEqual(['publish STARTED']);
  });

  it('is not compensated where its failure could not be recorded', async () => {
    const execution = changeMethod(() => {
      wire.lose('append', 'request', 1_000);
      throw new TypeError('disk full');
    });
    const error = await failureOf(passing(runtime, executor.execute(aChange({ execution, rollback }))));
    expect(error).toMatchObject({ changeId: 'publish', effect: 'failed' });
    expect((error as Error).message).toMatch(/failed, but that could not be recorded/);
    expect(calls).toEqual([]);
  });

  it('is said to have failed where its rollback failed, too', async () => {
    const change = aChange({
      execution: throwing(new TypeError('disk full')),
      rollback: changeMethod(() => {
        wire.lose('append', 'request', 1_000);
        throw new RangeError('still full');
      }, 'rollback'),
    });
    expect(await failureOf(passing(runtime, executor.execute(change)))).toMatchObject({ effect: 'failed' });
  });

  it('does not say that it was not rolled back where its rollback ran', async () => {
    const change = aChange({
      execution: throwing(new TypeError('disk full')),
      rollback: changeMethod(() => void wire.lose('append', 'request', 1_000), 'rollback'),
    });
    const error = await failureOf(passing(runtime, executor.execute(change)));
    expect(error).toBeInstanceOf(ChangeUnrecordedError);
    expect((error as Error).message).not.toMatch(/was not rolled back/);
  });
});

describe('a non-transactional change whose lock is lost', () => {
  it('is stopped, and neither recorded nor compensated', async () => {
    const disk = { write: () => calls.push('write') };
    const execution = changeMethod(async ({ guard, context: { signal } }) => {
      const guarded = guard(disk);
      await takeOver();
      expect(signal.aborted).toBe(true);
      guarded.write();
    });
    const error = await failureOf(executor.execute(aChange({ execution, rollback })));
    expect(error).toBeInstanceOf(LockLostError);
    expect(calls).toEqual([]);
    expect(await history()).toEqual(['publish STARTED']);
  });

  it('is not recorded as executed though it ended well', async () => {
    const error = await failureOf(executor.execute(aChange({ execution: changeMethod(takeOver), rollback })));
    expect(error).toBeInstanceOf(LockLostError);
    expect(calls).toEqual([]);
    expect(await history()).toEqual(['publish STARTED']);
  });

  it('is not recorded as rolled back where that happens during its rollback', async () => {
    const change = aChange({
      execution: throwing(new TypeError('disk full')),
      rollback: changeMethod(takeOver, 'rollback'),
    });
    expect(await failureOf(executor.execute(change))).toBeInstanceOf(LockLostError);
    expect(await history()).toEqual(['publish STARTED', 'publish EXECUTION_FAILED']);
  });

  it('is abandoned after the grace time where it does not listen', async () => {
    wire.hang('renew', 'request', 1_000);
    const execution = changeMethod(() => new Promise(() => undefined));
    const error = await failureOf(passing(runtime, executor.execute(aChange({ execution, rollback }))));
    expect(error).toBeInstanceOf(LockLostError);
    expect(await history()).toEqual(['publish STARTED']);
  });

  it('is not even called where another took over while its process stood still after recording the start', async () => {
    // What goes on after a stop finds the answer before it finds that its timers are due.
    wire.meet('append', 'answer', succeeded);
    const execution = changeMethod(() => calls.push('execute'));
    expect(await failureOf(executor.execute(aChange({ execution, rollback })))).toBeInstanceOf(LockLostError);
    expect(calls).toEqual([]);
    expect(await history()).toEqual(['publish STARTED']);
  });

  it('makes no call any more where another took over while its process stood still', async () => {
    const disk = { write: async () => calls.push('write') };
    const execution = changeMethod(async ({ guard }) => {
      await succeeded();
      await guard(disk).write();
    });
    expect(await failureOf(executor.execute(aChange({ execution, rollback })))).toBeInstanceOf(LockLostError);
    expect(calls).toEqual([]);
  });

  it('writes nothing where a later holder has the head already', async () => {
    const execution = changeMethod(async () => {
      await new InMemoryAuditStore(database).claimHead(holdOf(2));
    });
    expect(await failureOf(executor.execute(aChange({ execution, rollback })))).toBeInstanceOf(LockLostError);
    expect(run.lease.signal.aborted).toBe(true);
    expect(await history()).toEqual(['publish STARTED']);
  });
});

describe('a non-transactional change whose process stood still past its lease', () => {
  it.each([
    [
      'after recording the start',
      changeMethod(() => undefined),
      () => wire.meet('append', 'answer', async () => standStill(runtime)),
    ],
    ['at its end', changeMethod(() => standStill(runtime)), () => undefined],
  ])('goes on where nobody took over: %s', async (_, execution, arrange) => {
    arrange();
    expect((await executor.execute(aChange({ execution, rollback }))).status).toBe('executed');
    expect(await history()).toEqual(['publish STARTED', 'publish EXECUTED']);
  });

  it('makes its next call once the store has confirmed the lock', async () => {
    const disk = { write: async () => calls.push(`write after ${wire.answered.at(-1)}`) };
    const execution = changeMethod(async ({ guard }) => {
      standStill(runtime);
      await guard(disk).write();
    });
    expect((await executor.execute(aChange({ execution }))).status).toBe('executed');
    expect(calls).toEqual(['write after renew']);
  });

  it('is taken back where it made a call that could not wait for that', async () => {
    const disk = { write: () => calls.push('write') };
    const execution = changeMethod(({ guard }) => {
      standStill(runtime);
      guard(disk).write();
    });
    const outcome = await executor.execute(aChange({ execution, rollback }));
    expect(outcome).toMatchObject({ status: 'failed', state: 'ROLLED_BACK' });
    expect(outcome.status === 'failed' && outcome.error).toBeInstanceOf(LockUnconfirmedError);
    expect(calls).toEqual(['rollback']);
  });
});
