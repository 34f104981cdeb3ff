import { InMemoryAuditStore, InMemoryDatabase, ManualRuntime } from '@nestjs-flamingock/testing';
import { AuditStoreUnavailableError, AuditTamperedError } from '../audit/audit.errors.js';
import type { ChangeDescriptor } from '../change/change-descriptor.js';
import { aChange, changeMethod, FILES } from '../fixtures/changes.js';
import { anEngine, type EngineParts, type RecordedEvents } from '../fixtures/engines.js';
import { failureOf, LEASE_MS, openRun, passing, SERVICE, statesOf } from '../fixtures/runs.js';
import { Wire } from '../fixtures/wire.js';
import { auditFix } from '../operations/audit-fix.js';
import { awaitChanges } from '../operations/await-changes.js';
import { execute } from '../operations/execute.js';
import type { Operation } from '../operations/operation-context.js';
import { ForeignChangesError } from '../plan/identity.errors.js';
import type { ExecutionReport } from '../reporting/execution-report.js';
import type { AwaitingEvent } from '../reporting/flamingock.events.js';
import { resolveLimits } from '../runtime/limits.js';
import { AwaitTimeoutError, RunAbortedError, RunTimeoutError } from './run.errors.js';

const LOCK = { leaseMs: LEASE_MS, waitMs: 600_000, retryMs: 500 };
/** All that the store of a process that only waits is ever asked. */
const READS = ['readHead', 'readSnapshot', 'readLock', 'readRecord', 'listRecords'];

let runtime: ManualRuntime;
let database: InMemoryDatabase;
let wire: Wire;
let stop: AbortController;
let broken: Set<string>;

beforeEach(() => {
  runtime = new ManualRuntime();
  database = new InMemoryDatabase({ now: runtime.wallMs });
  wire = new Wire();
  stop = new AbortController();
  broken = new Set();
});

const change = (id: string, fields: Partial<ChangeDescriptor> = {}) =>
  aChange({
    id,
    order: id,
    execution: changeMethod(() => {
      if (broken.has(id)) throw new TypeError(`${id} broke`);
    }),
    ...fields,
  });
const slow = (id: string, ms: number) => change(id, { execution: changeMethod(() => runtime.sleep(ms)) });

const job = () => new ManualRuntime({ clock: runtime.clock, pid: 2 });
const engineOf = (changes: ChangeDescriptor[], parts: Partial<EngineParts> = {}) =>
  anEngine({ store: new InMemoryAuditStore(database), runtime: job(), changes, ...parts });
const apply = (changes: ChangeDescriptor[], parts: Partial<EngineParts> = {}) =>
  execute(engineOf(changes, parts), stop.signal);
const operation: Operation = { signal: new AbortController().signal, actor: 'ops', reason: 'looked into it' };

interface Waiter {
  readonly end: Promise<ExecutionReport>;
  readonly events: RecordedEvents;
  readonly awaiting: AwaitingEvent[];
  readonly isOver: () => boolean;
}

/** A process that waits, on a connection of its own. */
function wait(changes: ChangeDescriptor[], parts: Partial<EngineParts> = {}): Waiter {
  const store = new InMemoryAuditStore(database.connect(wire.carry));
  const settings = { lock: LOCK, ...parts.settings };
  const engine = anEngine({ store, runtime, changes, ...parts, settings });
  const { events } = engine;
  let isOver = false;
  const end = awaitChanges(engine, stop.signal).finally(() => (isOver = true));
  end.catch(() => undefined);
  return {
    end,
    events,
    isOver: () => isOver,
    get awaiting() {
      return events.published.flatMap(({ name, event }) =>
        name === 'run.awaiting' ? [event as AwaitingEvent] : [],
      );
    },
  };
}

const news = ({ awaiting }: Waiter) =>
  awaiting.map(({ pending, issues, holder, reason }) => ({
    pending: pending.join(' '),
    issues: issues.map(({ changeId, state }) => `${changeId} ${state}`).join(' '),
    by: holder?.pid,
    reason,
  }));

describe('a process that waits', () => {
  it('goes on at once where everything is applied, and writes nothing', async () => {
    await passing(runtime, apply([change('a')]));
    const report = await passing(runtime, wait([change('a')]).end);
    expect(report).toMatchObject({ status: 'up-to-date', warnings: [] });
    expect(report.changes).toMatchObject([{ changeId: 'a', result: 'skipped' }]);
    expect(wire.answered).toEqual(['readHead']);
  });

  it('goes on at once where it has less in its code than is applied', async () => {
    await passing(runtime, apply([change('a'), change('b')]));
    const waiter = wait([change('a')]);
    expect((await passing(runtime, waiter.end)).warnings).toEqual([expect.stringMatching(/no longer.*b/)]);
    expect(waiter.awaiting).toEqual([]);
  });

  it('goes on at once where a newer version is at work, or has failed', async () => {
    await passing(runtime, apply([change('a')]));
    const newer = apply([change('a'), slow('b', 5_000)]);
    await runtime.advance(100);
    expect(await passing(runtime, wait([change('a')]).end)).toMatchObject({ status: 'up-to-date' });
    await passing(runtime, newer);
    broken.add('c');
    await failureOf(passing(runtime, apply([change('a'), slow('b', 1), change('c')])));
    expect(await passing(runtime, wait([change('a')]).end)).toMatchObject({ status: 'up-to-date' });
  });

  it('waits where nothing was ever recorded, and goes on once a job has applied everything', async () => {
    const waiter = wait([change('a'), change('b')]);
    await runtime.advance(60_000);
    expect(news(waiter)).toEqual([
      { pending: 'a b', issues: '', by: undefined, reason: 'no instance is at work' },
    ]);
    await passing(runtime, apply([change('a'), change('b')]));
    const report = await passing(runtime, waiter.end, 1_000);
    expect(report).toMatchObject({ status: 'up-to-date' });
    expect(report.waitedMs).toBeGreaterThan(59_000);
    expect(waiter.events.names.filter((name) => !name.startsWith('run.still-running'))).toEqual([
      'run.started',
      'run.awaiting',
      'run.completed',
    ]);
  });

  it('tells who applies what it waits for, once, and reads one row at a look meanwhile', async () => {
    const running = apply([slow('a', 20_000), slow('b', 20_000)]);
    await runtime.advance(100);
    const waiter = wait([slow('a', 1), slow('b', 1)]);
    await passing(runtime, running);
    await passing(runtime, waiter.end, 1_000);
    expect(news(waiter)).toEqual([
      { pending: 'a b', issues: '', by: 2, reason: 'test-host (pid 2, token 1) is at work' },
    ]);
    const asked = (name: string) => wire.answered.filter((one) => one === name).length;
    expect(asked('readSnapshot')).toBe(1);
    expect(asked('readLock')).toBeLessThan(asked('readHead') * 0.55);
    expect([...new Set(wire.answered)].sort()).toEqual([...READS].sort());
  });

  it('tells how far the holder has come, at intervals', async () => {
    const filling = change('a', {
      execution: changeMethod(async ({ context }) => {
        context.progress(3, 4);
        await runtime.sleep(30_000);
      }),
    });
    const running = apply([filling]);
    const waiter = wait([filling]);
    await runtime.advance(10_000);
    const told = waiter.events.published.filter(({ name }) => name === 'holder.progress');
    expect(told.length).toBeGreaterThan(1);
    expect(told.length).toBeLessThanOrEqual(5);
    expect(told.at(-1)?.event).toMatchObject({
      holder: { pid: 2 },
      activity: { changeId: 'a', position: 1, of: 1, progress: { done: 3, total: 4 } },
    });
    await Promise.all([passing(runtime, running), passing(runtime, waiter.end)]);
  });

  it('never takes the lock, prepares the store or writes, whatever it waits for', async () => {
    broken.add('a');
    const waiter = wait([change('a'), change('b')]);
    await failureOf(passing(runtime, apply([change('a'), change('b')])));
    await runtime.advance(30_000);
    stop.abort(new RunAbortedError(SERVICE, 'enough'));
    await failureOf(waiter.end);
    expect(wire.answered.filter((name) => !READS.includes(name))).toEqual([]);
  });

  it('stays, with the reason, where a change has failed and was rolled back, and goes on once a job succeeds', async () => {
    const changes = [change('a'), change('b', { rollback: changeMethod(() => undefined) })];
    broken.add('b');
    const waiter = wait(changes);
    await failureOf(passing(runtime, apply(changes)));
    await runtime.advance(30_000);
    expect(waiter.isOver()).toBe(false);
    expect(news(waiter).at(-1)).toMatchObject({ pending: 'b', issues: '', by: undefined });
    expect(waiter.awaiting.at(-1)?.reason).toMatch(
      /^no instance is at work, and the next run executes "b" again: its last execution was rolled back$/,
    );
    broken.clear();
    await passing(runtime, apply(changes));
    expect(await passing(runtime, waiter.end, 2_000)).toMatchObject({ status: 'up-to-date' });
  });

  it('stays with an issue as its reason, and goes on by itself once that is fixed and a job has run', async () => {
    const changes = [change('a'), change('b'), change('c')];
    broken.add('b');
    const waiter = wait(changes);
    await failureOf(passing(runtime, apply(changes)));
    await runtime.advance(60_000);
    expect(waiter.isOver()).toBe(false);
    expect(news(waiter).at(-1)).toEqual({
      pending: 'b c',
      issues: 'b EXECUTION_FAILED',
      by: undefined,
      reason: 'no instance is at work, and "b" needs a manual check',
    });
    await passing(
      runtime,
      auditFix(engineOf(changes), { changeId: 'b', resolution: 'ROLLED_BACK' }, operation),
    );
    await runtime.advance(5_000);
    expect(news(waiter).at(-1)).toMatchObject({ pending: 'b c', issues: '' });
    broken.clear();
    await passing(runtime, apply(changes));
    await passing(runtime, waiter.end, 2_000);
  });

  it('goes on where an operator has recorded the last pending change as executed', async () => {
    broken.add('a');
    await failureOf(passing(runtime, apply([change('a')])));
    const waiter = wait([change('a')]);
    await runtime.advance(1_000);
    await passing(
      runtime,
      auditFix(engineOf([change('a')]), { changeId: 'a', resolution: 'EXECUTED' }, operation),
    );
    expect(await passing(runtime, waiter.end, 3_000)).toMatchObject({ status: 'up-to-date' });
  });

  it('takes no change for an issue that a holder is at work on', async () => {
    const running = apply([change('a', { execution: changeMethod(() => runtime.sleep(20_000)) })]);
    await runtime.advance(100);
    const waiter = wait([change('a')]);
    await runtime.advance(5_000);
    expect(news(waiter)).toMatchObject([{ pending: 'a', issues: '', by: 2 }]);
    await passing(runtime, running);
    await passing(runtime, waiter.end, 2_000);
  });

  it('tells of a holder that died once its lease is over', async () => {
    const { lease } = await openRun(new InMemoryAuditStore(database), job());
    const waiter = wait([change('a')]);
    await runtime.advance(1_000);
    lease.lose('dead');
    await runtime.advance(LEASE_MS + 2_000);
    expect(news(waiter)).toMatchObject([{ by: 2 }, { by: undefined, reason: 'no instance is at work' }]);
    stop.abort(new RunAbortedError(SERVICE, 'enough'));
    await failureOf(waiter.end);
  });

  it('goes on behind a run of other code that ends without leaving nothing to do', async () => {
    broken.add('c');
    const newer = [slow('a', 3_000), slow('b', 3_000), change('c')];
    const failing = failureOf(apply(newer));
    await runtime.advance(100);
    const waiter = wait([slow('a', 1), slow('b', 1)]);
    await passing(runtime, failing);
    expect(await passing(runtime, waiter.end, 2_000)).toMatchObject({ status: 'up-to-date' });
  });

  it('waits through a store that is away for a moment', async () => {
    const waiter = wait([change('a')]);
    await runtime.advance(1_000);
    wire.lose('readHead', 'request', 8);
    await runtime.advance(5_000);
    expect(waiter.isOver()).toBe(false);
    wire.heal();
    await passing(runtime, apply([change('a')]));
    await passing(runtime, waiter.end, 1_000);
    const told = waiter.events.names.filter((name) => name.startsWith('run.store'));
    expect(told).toEqual(['run.store-away', 'run.store-back']);
  });

  it('does not wait for a store that has never answered', async () => {
    wire.lose('readHead', 'answer');
    expect(await failureOf(passing(runtime, wait([change('a')]).end))).toBeInstanceOf(
      AuditStoreUnavailableError,
    );
  });
});

describe('with onIssue: skip', () => {
  const skip = { settings: { onIssue: 'skip' as const }, stages: ['one', 'two'] };
  const changes = () => [
    change('a', { stage: 'one' }),
    change('b', { stage: 'one' }),
    change('c', { stage: 'two' }),
  ];

  it('waits only for what a run would still do', async () => {
    broken.add('a');
    const waiter = wait(changes(), skip);
    await passing(runtime, apply(changes(), skip));
    const report = await passing(runtime, waiter.end, 3_000);
    expect(report.status).toBe('incomplete');
    expect(report.changes).toMatchObject([
      { changeId: 'a', result: 'blocked', state: 'EXECUTION_FAILED' },
      { changeId: 'b', result: 'not-reached', reason: 'stopped by "a"' },
      { changeId: 'c', result: 'skipped' },
    ]);
  });

  it('waits for the other stages', async () => {
    broken.add('a');
    await failureOf(passing(runtime, apply(changes(), { stages: ['one', 'two'] })));
    const waiter = wait(changes(), skip);
    await runtime.advance(5_000);
    expect(news(waiter)).toMatchObject([{ pending: 'c', issues: '' }]);
    await passing(runtime, apply(changes(), skip));
    expect(await passing(runtime, waiter.end, 3_000)).toMatchObject({ status: 'incomplete' });
  });
});

describe('the end of a wait', () => {
  it('comes after lock.waitMs, with what is pending and the next command', async () => {
    const settings = { lock: { ...LOCK, waitMs: 2_000 } };
    const error = await failureOf(passing(runtime, wait([change('a'), change('b')], { settings }).end));
    expect(error).toBeInstanceOf(AwaitTimeoutError);
    expect(error).toMatchObject({ service: SERVICE, pending: ['a', 'b'], issues: [] });
    expect((error as Error).message).toMatch(
      /^Waited \d+ ms .*"a", "b" of service.*: no instance is at work\. Nothing was run here\..*`npx .* execute`.*FLAMINGOCK_LOCK_WAIT_MS/s,
    );
  });

  it('names the issue that is in the way, and how to see what to do', async () => {
    broken.add('b');
    const changes = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((id) => change(id));
    await failureOf(passing(runtime, apply(changes)));
    const settings = { lock: { ...LOCK, waitMs: 2_000 } };
    const error = await failureOf(passing(runtime, wait(changes, { settings }).end));
    expect(error).toMatchObject({ issues: ['b'] });
    expect((error as Error).message).toMatch(
      /"b", "c", "d", "e", "f" and 2 more of.*"b" needs a manual check.*issue get -c b --guidance/s,
    );
  });

  it.each([
    ['told to stop', {}, new RunAbortedError(SERVICE, 'the process received SIGTERM'), RunAbortedError],
    [
      'out of time',
      { timeouts: { runMs: 3_000, changeMs: undefined, graceMs: 1, ...resolveLimits() } },
      undefined,
      RunTimeoutError,
    ],
  ])('says that it only waited: %s', async (_why, settings, reason, type) => {
    const waiter = wait([change('a')], { settings });
    await runtime.advance(2_000);
    if (reason) stop.abort(reason);
    else await runtime.advance(1_000);
    const error = await failureOf(waiter.end);
    expect(error).toBeInstanceOf(type);
    expect((error as Error).message).toMatch(
      /It had waited \d+ ms for another process to apply "a": nothing was run here\. Start again/,
    );
    expect(waiter.events.names.at(-1)).toBe('run.failed');
  });

  it('comes at once where the store does not answer', async () => {
    const waiter = wait([change('a')]);
    await runtime.advance(1_000);
    wire.hang('readHead', 'answer');
    await runtime.advance(2_000);
    stop.abort(new RunAbortedError(SERVICE, 'the process received SIGTERM'));
    await expect(failureOf(waiter.end)).resolves.toMatchObject({
      message: expect.stringMatching(/only|had waited/),
    });
  });

  it('comes at once where a run of this code would be refused', async () => {
    await passing(runtime, apply([change('a')]));
    const other = change('a', { className: 'Other', author: 'other', target: anotherTarget() });
    expect(await failureOf(passing(runtime, wait([other]).end))).toBeInstanceOf(ForeignChangesError);
    await database.write('edit', ({ entries }) => {
      const [started, executed] = entries.get(SERVICE) ?? [];
      if (started && executed) entries.set(SERVICE, [started, { ...executed, state: 'ROLLED_BACK' }]);
    });
    expect(await failureOf(passing(runtime, wait([change('a'), change('b')]).end))).toBeInstanceOf(
      AuditTamperedError,
    );
    expect(await statesOf(new InMemoryAuditStore(database))).toHaveLength(2);
  });
});

function anotherTarget(): ChangeDescriptor['target'] {
  return { ...FILES, id: 'elsewhere' };
}
