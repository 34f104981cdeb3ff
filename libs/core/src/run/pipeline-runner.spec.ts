import {
  holdOf,
  InMemoryAuditStore,
  InMemoryDatabase,
  InMemoryTable,
  InMemoryTargetSystem,
  ManualRuntime,
} from '@nestjs-flamingock/testing';
import {
  AuditStoreUnavailableError,
  AuditTamperedError,
  ChangeUnrecordedError,
  NewerEntryError,
} from '../audit/audit.errors.js';
import type { ChangeDescriptor, Invocation } from '../change/change-descriptor.js';
import { TransactionsUnavailableError } from '../executor/executor.errors.js';
import { TargetSystemUnavailableError } from '../target-system/target-system.errors.js';
import { aChange, changeMethod, FILES } from '../fixtures/changes.js';
import { anEngine, type EngineParts } from '../fixtures/engines.js';
import { failureOf, LEASE_MS, openRun, passing, SERVICE, statesOf } from '../fixtures/runs.js';
import { Wire } from '../fixtures/wire.js';
import { FlamingockError } from '../errors/flamingock.error.js';
import { LockLostError, LockTimeoutError } from '../lock/lock.errors.js';
import { auditFix } from '../operations/audit-fix.js';
import { auditVerify } from '../operations/audit-verify.js';
import { execute } from '../operations/execute.js';
import { issueList } from '../operations/issues.js';
import { plan } from '../operations/plan.js';
import type { ExecutionReport } from '../reporting/execution-report.js';
import { resolveLimits } from '../runtime/limits.js';
import {
  ChangeFailedError,
  ManualInterventionError,
  OutOfOrderError,
  RunAbortedError,
  RunTimeoutError,
} from './run.errors.js';

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

const change = (id: string, fields: Partial<ChangeDescriptor> = {}) =>
  aChange({ id, order: id, execution: changeMethod(() => calls.push(id)), ...fields });
const failing = (id: string, fields: Partial<ChangeDescriptor> = {}) =>
  change(id, {
    execution: changeMethod(() => {
      throw new TypeError(`${id} broke`);
    }),
    ...fields,
  });
const engine = (changes: ChangeDescriptor[], parts: Partial<EngineParts> = {}) =>
  anEngine({ store: new InMemoryAuditStore(database.connect(wire.carry)), runtime, changes, ...parts });
const run = (changes: ChangeDescriptor[], parts: Partial<EngineParts> = {}) =>
  passing(runtime, execute(engine(changes, parts), stop.signal));
const results = ({ changes }: ExecutionReport) =>
  changes.map(({ changeId, result }) => `${changeId} ${result}`);
const history = () => statesOf(new InMemoryAuditStore(database));
const reportOf = (error: unknown) => (error as { report: ExecutionReport }).report;
const isFree = async () =>
  ((await new InMemoryAuditStore(database).lock.read(SERVICE))?.expiresAt ?? 0) === 0;

describe('a run', () => {
  it('applies changes in order, and says so', async () => {
    const report = await run([change('b'), change('a')]);
    expect(calls).toEqual(['a', 'b']);
    expect(report).toMatchObject({ status: 'applied', service: SERVICE, warnings: [] });
    expect(results(report)).toEqual(['a executed', 'b executed']);
    expect(report.head).toMatchObject({ seq: 4 });
    expect(await isFree()).toBe(true);
  });

  it('tells a target which change it goes on from, where both share the transaction of their entries', async () => {
    const followed: string[] = [];
    class Asked extends InMemoryTargetSystem {
      override transaction(...args: Parameters<InMemoryTargetSystem['transaction']>) {
        if (args[0].followed) followed.push(args[0].changeId);
        return super.transaction(...args);
      }
    }
    const store = new InMemoryAuditStore(database);
    const target = new Asked('audit-db', store.resource);
    const shared = (id: string, fields: Partial<ChangeDescriptor> = {}) =>
      change(id, { target, transactional: true, ...fields });
    const other = new Asked('other-db', new InMemoryDatabase());
    const changes = [
      shared('a'),
      shared('b'),
      shared('c', { transactional: false }),
      shared('d'),
      shared('e', { target: other }),
      shared('f', { target: other }),
      shared('g', { stage: 'next' }),
    ];
    await run(changes, { store, stages: ['main', 'next'] });
    expect(followed).toEqual(['a']);
  });

  it('applies nothing twice', async () => {
    await run([change('a')]);
    const report = await run([change('a')]);
    expect(calls).toEqual(['a']);
    expect([report.status, results(report)]).toEqual(['up-to-date', ['a skipped']]);
  });

  it('reads one row, takes no lock and writes nothing where a run before left nothing to do', async () => {
    await run([change('a')]);
    wire.answered.length = 0;
    await run([change('a')]);
    expect(wire.answered).toEqual(['readHead']);
  });

  it('reads the history where the code has changed since, and writes nothing', async () => {
    await run([change('a'), change('b')]);
    wire.answered.length = 0;
    const report = await run([change('a')]);
    expect(wire.answered).toEqual(['readHead', 'readSnapshot']);
    expect(report.warnings).toEqual([expect.stringContaining('b')]);
  });

  it('reads the history once where a change was removed that was not the last one', async () => {
    await run([change('a'), change('b')]);
    wire.answered.length = 0;
    const report = await run([change('b')]);
    expect(wire.answered).toEqual(['readHead', 'readSnapshot', 'readLock', 'settle']);
    expect(report.warnings).toEqual([expect.stringContaining('a')]);
    wire.answered.length = 0;
    expect((await run([change('b')])).warnings).toEqual([]);
    expect(wire.answered).toEqual(['readHead']);
    expect(await auditVerify(engine([change('b')]))).toMatchObject({ ok: true });
  });

  it('reads the history once after an operator has settled an issue', async () => {
    await failureOf(run([failing('a')]));
    await passing(runtime, auditFix(engine([change('a')]), { changeId: 'a' }, { signal: stop.signal }));
    await run([change('a')]);
    wire.answered.length = 0;
    await run([change('a')]);
    expect(wire.answered).toEqual(['readHead']);
  });

  it('leaves the head to whoever holds the lock', async () => {
    await run([change('a'), change('b')]);
    await openRun(new InMemoryAuditStore(database), new ManualRuntime({ clock: runtime.clock, pid: 2 }));
    wire.answered.length = 0;
    await run([change('b')]);
    expect(wire.answered).toEqual(['readHead', 'readSnapshot', 'readLock']);
  });

  it('is up to date all the same where the head cannot be written', async () => {
    await run([change('a'), change('b')]);
    wire.lose('settle', 'request');
    const report = await run([change('b')]);
    expect(report.status).toBe('up-to-date');
    expect(report.warnings).toContainEqual(expect.stringMatching(/settled.*connection lost/));
  });

  it('applies what was added since', async () => {
    await run([change('a')]);
    expect(results(await run([change('a'), change('b')]))).toEqual(['a skipped', 'b executed']);
  });

  it('does nothing at all where there are no changes', async () => {
    expect((await run([])).status).toBe('up-to-date');
    expect(wire.answered).toEqual(['readHead']);
  });

  it('keeps each service for itself', async () => {
    await run([change('a')]);
    expect(await new InMemoryAuditStore(database).readHead('other')).toBeUndefined();
  });
});

describe('a run with a change that fails', () => {
  it('stops there, and says what was left, why, and what to do', async () => {
    const error = await failureOf(run([change('a'), failing('b'), change('c')]));
    expect(error).toBeInstanceOf(ChangeFailedError);
    expect(error).toMatchObject({ changeId: 'b', cause: new TypeError('b broke') });
    expect(results(reportOf(error))).toEqual(['a executed', 'b failed', 'c not-reached']);
    const [, failed, notReached] = reportOf(error).changes;
    expect(failed).toMatchObject({ state: 'EXECUTION_FAILED', error: 'TypeError: b broke' });
    expect(notReached?.reason).toContain('"b"');
    for (const fact of ['"b"', 'EXECUTION_FAILED', 'b broke', 'audit fix -c b', '"files"']) {
      expect((error as Error).message).toContain(fact);
    }
    expect(await isFree()).toBe(true);
    expect(calls).toEqual(['a']);
  });

  it.each([[[change('a')]], [[change('a'), change('c')]], [[]]])(
    'is one warning at every start whose code no longer has it: %#',
    async (changes) => {
      await failureOf(run([change('a'), failing('b')]));
      for (let start = 0; start < 2; start += 1) {
        const { warnings } = await run(changes);
        const told = warnings.filter((warning) =>
          warning.includes('b; see `npx --no @nestjs-flamingock/cli issue list`'),
        );
        expect(told).toEqual([expect.stringMatching(/^neither applied nor rolled back/)]);
      }
      const { unfinished } = await plan(engine(changes));
      expect(unfinished).toEqual(['b']);
    },
  );

  it('needs a manual check at the next start, and runs nothing meanwhile', async () => {
    await failureOf(run([failing('b'), change('c')]));
    const error = await failureOf(run([change('b'), change('c')]));
    expect(error).toBeInstanceOf(ManualInterventionError);
    expect(error).toMatchObject({ changeIds: ['b'] });
    expect(results(reportOf(error))).toEqual(['b blocked', 'c not-reached']);
    expect(reportOf(error).changes[0]).toMatchObject({
      state: 'EXECUTION_FAILED',
      error: 'TypeError: b broke',
    });
    expect(calls).toEqual([]);
  });

  it('names at the next start the target system where it failed, whatever the code names now', async () => {
    await failureOf(run([failing('b')]));
    const target = new InMemoryTargetSystem('other-db', new InMemoryDatabase());
    const error = await failureOf(run([change('b', { target })]));
    expect(reportOf(error).changes).toMatchObject([{ result: 'blocked', targetSystem: 'files' }]);
    expect((error as Error).message).toMatch(
      /target system "files"\) needs a manual check[^]*target system "files"/,
    );
    expect((error as Error).message).not.toContain('other-db');
  });

  it('tells at the next start also why its rollback failed', async () => {
    await failureOf(run([failing('b', { rollback: failing('undo').execution })]));
    const error = await failureOf(run([change('b')]));
    expect((error as Error).message).toMatch(/ROLLBACK_FAILED/);
    expect((error as Error).message).toMatch(/b broke/);
    expect((error as Error).message).toMatch(/undo broke/);
  });

  it('runs it again where it was rolled back', async () => {
    await failureOf(run([failing('b', { rollback: changeMethod(() => undefined) })]));
    expect(results(await run([change('b')]))).toEqual(['b executed']);
  });

  it('runs it again where its author allows it', async () => {
    const recovery = 'ALWAYS_RETRY';
    await failureOf(run([failing('b', { recovery })]));
    expect(results(await run([change('b', { recovery })]))).toEqual(['b executed']);
  });

  it('goes on with the next stage where issues are skipped', async () => {
    const parts = {
      stages: ['one', 'two', 'three'],
      settings: { onIssue: 'skip' as const },
    };
    const changes = [
      failing('a', { stage: 'one' }),
      change('b', { stage: 'one' }),
      change('c', { stage: 'two' }),
      change('d', { stage: 'three' }),
    ];
    const report = await run(changes, parts);
    expect(results(report)).toEqual(['a failed', 'b not-reached', 'c executed', 'd executed']);
    expect(report.status).toBe('incomplete');
    wire.answered.length = 0;
    const again = await run([change('a', { stage: 'one' }), ...changes.slice(1)], parts);
    expect(results(again)).toEqual(['a blocked', 'b not-reached', 'c skipped', 'd skipped']);
    expect(calls).toEqual(['c', 'd']);
  });

  it('does not mark the history as settled', async () => {
    await failureOf(run([failing('a')]));
    expect((await new InMemoryAuditStore(database).readHead(SERVICE))?.settled).toBeNull();
  });
});

describe('a target system that cannot run transactions now', () => {
  const unable = () =>
    Object.assign(new InMemoryTargetSystem('stock-db'), {
      checkTransactions: async () => 'the server is a standalone. Make it a replica set.',
    });

  it('refuses its transactional changes before anything runs, all of them at once', async () => {
    const target = unable();
    const changes = [
      change('a'),
      change('b', { target, transactional: true }),
      change('c', { target }),
      change('d', { target, transactional: true }),
    ];
    const error = await failureOf(run(changes));
    expect(error).toBeInstanceOf(TransactionsUnavailableError);
    expect((error as Error).message).toContain(
      '1. Target system "stock-db" ("b", "d"): the server is a standalone. Make it a replica set.',
    );
    expect(calls).toEqual([]);
    expect(await history()).toEqual([]);
    expect((await plan(engine(changes))).obstacles).toEqual([
      {
        targetSystem: 'stock-db',
        changeIds: ['b', 'd'],
        why: 'the server is a standalone. Make it a replica set.',
      },
    ]);
  });

  it('runs changes that are declared not to be transactional, and minds no applied ones', async () => {
    await run([change('a', { target: new InMemoryTargetSystem('stock-db'), transactional: true })]);
    const target = unable();
    const report = await run([change('a', { target, transactional: true }), change('b', { target })]);
    expect(results(report)).toEqual(['a skipped', 'b executed']);
  });

  it('is told from one that does not answer', async () => {
    const target = Object.assign(new InMemoryTargetSystem('stock-db'), {
      checkTransactions: () => Promise.reject(new TypeError('connection refused')),
    });
    const error = await failureOf(run([change('a', { target, transactional: true })]));
    expect(error).toBeInstanceOf(TargetSystemUnavailableError);
    expect(await isFree()).toBe(true);
  });
});

describe('a run on a history that a newer version has written', () => {
  /** As that version chains it. */
  const written = async (fields: object) => {
    const { journal, lease } = await openRun(new InMemoryAuditStore(database), runtime);
    const subject = { changeId: 'a', stage: 'main', order: 'a', author: 'team', className: 'Publish' };
    const facts = { targetSystem: 'files', txStrategy: 'NON_TX', transactional: false } as const;
    const entry = { ...subject, ...facts, recoveryStrategy: 'MANUAL_INTERVENTION', ...fields } as const;
    await journal.append(entry, { state: 'EXECUTED', at: journal.now(), ...fields });
    await lease.release();
  };

  it.each([
    [{ state: 'VERIFIED' }, 'state "VERIFIED"'],
    [{ operation: 'APPROVE' }, 'operation "APPROVE"'],
    [{ txStrategy: 'TX_GROUP' }, 'transaction strategy "TX_GROUP"'],
    [{ state: 'constructor' }, 'state "constructor"'],
  ])('says which word it does not know, and what to install: %j', async (fields, word) => {
    await written(fields);
    const asks = [
      () => run([change('a')]),
      () => plan(engine([change('a')])),
      () => issueList(engine([change('a')])),
    ];
    for (const ask of asks) {
      const error = await failureOf(ask());
      expect(error).toBeInstanceOf(NewerEntryError);
      expect((error as Error).message).toMatch(/Entry 1 .*"a", has .*does not know.*Install the version/);
      expect((error as NewerEntryError).value).toBe(word);
    }
    expect(await isFree()).toBe(true);
    expect(calls).toEqual([]);
  });

  it('goes on where its code does not have the change', async () => {
    await written({ state: 'VERIFIED' });
    expect(results(await run([change('b')]))).toEqual(['b executed']);
    expect(await issueList(engine([change('b')]))).toEqual([]);
  });
});

describe('a run that cannot reach history', () => {
  it.each(['readHead', 'prepare', 'acquire', 'claimHead', 'readSnapshot'])(
    'runs nothing where %s fails, and says so',
    async (statement) => {
      if (statement === 'readSnapshot') await run([change('z')]);
      wire.lose(statement, 'request', 1_000);
      const error = await failureOf(run([change('a'), change('z')]));
      expect(error).toBeInstanceOf(AuditStoreUnavailableError);
      expect((error as Error).message).toMatch(/connection lost.*Nothing more was run/s);
      expect(calls).not.toContain('a');
    },
  );

  it('is not reported as up to date, even where there are no changes', async () => {
    wire.lose('readHead', 'request');
    const parts = engine([]);
    await failureOf(execute(parts, stop.signal));
    expect(parts.events.published.at(-1)).toMatchObject({
      name: 'run.failed',
      event: { report: { status: 'stopped' } },
    });
  });

  it('is applied all the same where only tidying up fails, with a warning', async () => {
    wire.lose('settle', 'request').lose('release', 'request');
    const report = await run([change('a')]);
    expect(report.status).toBe('applied');
    expect(report.warnings).toEqual([
      expect.stringMatching(/settled; the next start reads it whole: \S+: connection lost$/),
      expect.stringMatching(/released; its lease ends it: \S+: connection lost$/),
    ]);
  });

  it('tells of a change that executed and is not recorded, and never that it was not reached', async () => {
    const execution = changeMethod(() => {
      calls.push('b');
      wire.lose('append', 'request', 1_000);
    });
    const parts = engine([change('a'), change('b', { execution }), change('c')]);
    const error = await failureOf(passing(runtime, execute(parts, stop.signal)));
    expect(error).toBeInstanceOf(ChangeUnrecordedError);
    const ended = parts.events.published.find(({ name }) => name === 'run.failed')?.event as {
      report: ExecutionReport;
    };
    expect(calls).toEqual(['a', 'b']);
    expect(results(ended.report)).toContain('a executed');
    expect(results(ended.report)).toContain('c not-reached');
    expect(results(ended.report)).not.toContain('b not-reached');
  });

  it('says of a change whose start could not be recorded that it was not reached', async () => {
    const parts = engine([change('a'), change('b')]);
    wire.lose('append', 'request', 1_000);
    const error = await failureOf(passing(runtime, execute(parts, stop.signal)));
    expect(error).toBeInstanceOf(AuditStoreUnavailableError);
    const ended = parts.events.published.at(-1)?.event as { report: ExecutionReport };
    expect(results(ended.report)).toEqual(['a not-reached', 'b not-reached']);
  });

  it('says so where the audit store refuses it with an error of its own, and publishes no failure', async () => {
    class MissingRightError extends FlamingockError {
      readonly code = 'MISSING_RIGHT';
    }
    const refused = new MissingRightError('may not write here');
    const store = new InMemoryAuditStore(database);
    store.append = () => Promise.reject(refused);
    const parts = engine([change('a'), change('b')], { store });
    expect(await failureOf(passing(runtime, execute(parts, stop.signal)))).toBe(refused);
    const ended = parts.events.published.at(-1)?.event as { report: ExecutionReport };
    expect(results(ended.report)).toEqual(['a not-reached', 'b not-reached']);
    expect(parts.events.published.map(({ name }) => name)).not.toContain('change.failed');
    expect(calls).toEqual([]);
  });

  it('runs nothing on a history that was altered', async () => {
    await run([change('a')]);
    await database.write('edit', ({ entries }) => {
      const [started, executed] = entries.get(SERVICE) ?? [];
      if (started && executed) entries.set(SERVICE, [started, { ...executed, state: 'ROLLED_BACK' }]);
    });
    const error = await failureOf(run([change('a'), change('b')]));
    expect(error).toBeInstanceOf(AuditTamperedError);
    expect(calls).toEqual(['a']);
    expect(await isFree()).toBe(true);
  });
});

describe('a run beside another instance', () => {
  it('waits for it, and goes on without the lock when nothing is left to do', async () => {
    const slow = execute(
      engine([change('a', { execution: changeMethod(() => runtime.sleep(2_000)) })], {
        runtime: new ManualRuntime({ clock: runtime.clock, pid: 2 }),
        store: new InMemoryAuditStore(database),
      }),
      stop.signal,
    );
    await runtime.advance(100);
    const waiting = engine([change('a')]);
    const report = await passing(runtime, execute(waiting, stop.signal));
    expect((await slow).status).toBe('applied');
    expect(report).toMatchObject({ status: 'up-to-date', waitedFor: 'test-host (pid 2, token 1)' });
    expect(report.waitedMs).toBeGreaterThan(0);
    expect(calls).toEqual([]);
    expect(await new InMemoryAuditStore(database).lock.read(SERVICE)).toMatchObject({ token: 1 });
    expect(waiting.events.names).toEqual(['run.started', 'run.waiting', 'holder.progress', 'run.completed']);
    // Once at its start, and not again while the other one is at work.
    expect(wire.answered.filter((name) => name === 'readSnapshot')).toHaveLength(1);
  });

  it('goes on without the lock, too, where an instance with more in its code has left nothing to do', async () => {
    const slow = execute(
      engine([change('a', { execution: changeMethod(() => runtime.sleep(2_000)) }), change('b')], {
        runtime: new ManualRuntime({ clock: runtime.clock, pid: 2 }),
        store: new InMemoryAuditStore(database),
      }),
      stop.signal,
    );
    await runtime.advance(100);
    const report = await passing(runtime, execute(engine([change('a')]), stop.signal));
    expect((await slow).status).toBe('applied');
    expect(report.status).toBe('up-to-date');
    expect(await new InMemoryAuditStore(database).lock.read(SERVICE)).toMatchObject({ token: 1 });
  });

  it('gives up after its time, having run nothing', async () => {
    await openRun(new InMemoryAuditStore(database), new ManualRuntime({ clock: runtime.clock, pid: 2 }));
    const settings = { lock: { leaseMs: LEASE_MS, waitMs: 2_000, retryMs: 500 } };
    expect(await failureOf(run([change('a')], { settings }))).toBeInstanceOf(LockTimeoutError);
    expect(calls).toEqual([]);
  });

  it('applies each change once, however many start together', async () => {
    const instances = Array.from({ length: 20 }, (_, pid) =>
      execute(
        engine([change('a'), change('b')], {
          runtime: new ManualRuntime({ clock: runtime.clock, pid: pid + 2 }),
          store: new InMemoryAuditStore(database),
        }),
        new AbortController().signal,
      ),
    );
    const reports = await passing(runtime, Promise.all(instances));
    expect(calls).toEqual(['a', 'b']);
    expect(reports.filter(({ status }) => status === 'applied')).toHaveLength(1);
    expect(await new InMemoryAuditStore(database).lock.read(SERVICE)).toMatchObject({ token: 1 });
  });

  it('does not take what a later holder has recorded meanwhile for tampering', async () => {
    wire.meet('readSnapshot', 'request', async () => {
      wire.hang('renew', 'request', 1_000);
      await runtime.sleep(LEASE_MS);
      const store = new InMemoryAuditStore(database);
      const later = new ManualRuntime({ clock: runtime.clock, pid: 2 });
      await execute(engine([change('a')], { store, runtime: later }), stop.signal);
    });
    expect(await failureOf(run([change('a'), change('b')]))).toBeInstanceOf(LockLostError);
    expect(calls).toEqual(['a']);
  });

  it('stops where its lock is lost, and tells of what ran', async () => {
    const execution = changeMethod(async () => {
      wire.hang('renew', 'request', 1_000);
      await runtime.advance(LEASE_MS * 3);
    });
    const parts = engine([change('a'), change('b', { execution }), change('c')]);
    const error = await failureOf(execute(parts, stop.signal));
    expect(error).toBeInstanceOf(LockLostError);
    expect(calls).toEqual(['a']);
    const ended = parts.events.published.at(-1)?.event as { report: ExecutionReport };
    expect(results(ended.report)).toContain('a executed');
    expect(results(ended.report)).not.toContain('b not-reached');
    expect(await history()).toEqual(['a STARTED', 'a EXECUTED', 'b STARTED']);
  });
});

describe('a run that goes on for long', () => {
  const stillRunning = ({ events }: ReturnType<typeof engine>) =>
    events.published.filter(({ name }) => name === 'run.still-running').map(({ event }) => event);

  it('tells of the change that is at work, and of its method', async () => {
    const parts = engine([change('a', { execution: changeMethod(() => runtime.sleep(31_000)) })]);
    await passing(runtime, execute(parts, stop.signal));
    const told = { changeId: 'a', runningMs: 30_000, waitsFor: 'its method execute()' };
    expect(stillRunning(parts)).toMatchObject([told]);
  });

  it('tells of the audit store where that does not answer', async () => {
    wire.meet('append', 'request', () => runtime.sleep(31_000));
    const parts = engine([change('a')]);
    await passing(runtime, execute(parts, stop.signal));
    expect(stillRunning(parts)).toMatchObject([{ changeId: 'a', waitsFor: 'the audit store' }]);
  });

  it('tells of the lock while another instance holds it', async () => {
    const second = engine([change('a')]);
    const holding = changeMethod(() => runtime.sleep(40_000));
    const running = execute(engine([change('a', { execution: holding })]), stop.signal);
    await runtime.advance(100);
    await passing(runtime, Promise.all([running, execute(second, stop.signal)]));
    const waitsFor = `the lock of service "${SERVICE}"`;
    expect(stillRunning(second)).toMatchObject([{ changeId: undefined, waitsFor }]);
  });
});

describe('a run that is told to stop', () => {
  it('stops before the next change, and frees the lock', async () => {
    const execution = changeMethod(() => stop.abort(new RunAbortedError(SERVICE, 'shutdown')));
    const error = await failureOf(run([change('a', { execution }), change('b')]));
    expect(error).toBeInstanceOf(RunAbortedError);
    expect(await history()).toEqual(['a STARTED', 'a EXECUTED']);
    expect(await isFree()).toBe(true);
    expect(results(await ((stop = new AbortController()), run([change('a'), change('b')])))).toEqual([
      'a skipped',
      'b executed',
    ]);
  });

  it('takes no lock where it is told before', async () => {
    stop.abort(new RunAbortedError(SERVICE, 'shutdown'));
    expect(await failureOf(run([change('a')]))).toBeInstanceOf(RunAbortedError);
    expect([calls, wire.answered.includes('acquire')]).toEqual([[], false]);
  });

  it.each(['a signal', 'the time of the run'])(
    'says that it waited, for whom and how long, where that ends its wait: %s',
    async (by) => {
      const { lock } = new InMemoryAuditStore(database);
      await lock.acquire({ service: SERVICE, owner: 'other', host: 'h', pid: 1, leaseMs: 600_000 });
      const runMs = by === 'a signal' ? undefined : 1_000;
      const waiting = engine([change('a')], {
        settings: { timeouts: { runMs, changeMs: undefined, graceMs: 100, ...resolveLimits() } },
      });
      const running = failureOf(passing(runtime, execute(waiting, stop.signal)));
      await runtime.advance(1_000);
      if (runMs === undefined) stop.abort(new RunAbortedError(SERVICE, 'SIGTERM'));
      const error = (await running) as Error;
      expect(error).toBeInstanceOf(runMs === undefined ? RunAbortedError : RunTimeoutError);
      expect(error.message).toMatch(
        /waited 1\d{3} ms for the lock .* held by h \(pid 1, token 1\): nothing was run here/,
      );
      expect(error.message).not.toMatch(/was finished|is free/);
      const failed = waiting.events.published.find(({ name }) => name === 'run.failed')?.event;
      expect((failed as { report: ExecutionReport }).report.waitedMs).toBeGreaterThanOrEqual(1_000);
      expect([calls, await history()]).toEqual([[], []]);
    },
  );

  it('records a change that does not stop as failed, and leaves nothing STARTED', async () => {
    const execution = changeMethod(() => new Promise(() => undefined));
    const running = execute(engine([change('a', { execution }), change('b')]), stop.signal);
    await runtime.advance(100);
    stop.abort(new RunAbortedError(SERVICE, 'shutdown'));
    const error = await failureOf(passing(runtime, running));
    expect(error).toBeInstanceOf(ChangeFailedError);
    expect(await history()).toEqual(['a STARTED', 'a EXECUTION_FAILED']);
    expect(await isFree()).toBe(true);
  });

  it('takes back a change that stops with an error, though its signal has aborted', async () => {
    const undone: string[] = [];
    const execution = changeMethod(
      ({ context: { signal } }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(new TypeError('stopped')));
        }),
    );
    const rollback = changeMethod(async () => {
      await runtime.sleep(500);
      undone.push('a');
    }, 'rollback');
    const running = execute(engine([change('a', { execution, rollback })]), stop.signal);
    await runtime.advance(100);
    stop.abort(new RunAbortedError(SERVICE, 'shutdown'));
    await failureOf(passing(runtime, running));
    expect(undone).toEqual(['a']);
    expect(await history()).toEqual(['a STARTED', 'a EXECUTION_FAILED', 'a ROLLED_BACK']);
  });

  it('stops by itself when the time of the whole run is up', async () => {
    const settings = { timeouts: { runMs: 3_000, changeMs: undefined, graceMs: 100, ...resolveLimits() } };
    const execution = changeMethod(() => runtime.sleep(2_000));
    const changes = ['a', 'b', 'c'].map((id) => change(id, { execution }));
    const error = await failureOf(run(changes, { settings }));
    expect(error).toBeInstanceOf(ChangeFailedError);
    expect((error as Error).cause).toBeInstanceOf(RunTimeoutError);
    expect(results(reportOf(error))).toEqual(['a executed', 'b failed', 'c not-reached']);
  });

  it('stops waiting for the lock when the time of the whole run is up', async () => {
    await openRun(new InMemoryAuditStore(database), new ManualRuntime({ clock: runtime.clock, pid: 2 }));
    const settings = { timeouts: { runMs: 3_000, changeMs: undefined, graceMs: 100, ...resolveLimits() } };
    expect(await failureOf(run([change('a')], { settings }))).toBeInstanceOf(RunTimeoutError);
  });
});

describe('pending changes before applied ones', () => {
  beforeEach(() => run([change('b')]));

  it('are applied with a warning', async () => {
    const report = await run([change('a'), change('b')]);
    expect(results(report)).toEqual(['a executed', 'b skipped']);
    expect(report.warnings).toEqual([expect.stringMatching(/out of order.*a$/)]);
  });

  it('are applied without a warning where that is allowed', async () => {
    const report = await run([change('a'), change('b')], { settings: { outOfOrder: 'allow' } });
    expect(results(report)).toEqual(['a executed', 'b skipped']);
    expect(report.warnings).toEqual([]);
  });

  it('stop everything where that is asked for, before the lock is taken', async () => {
    wire.answered.length = 0;
    const error = await failureOf(run([change('a'), change('b')], { settings: { outOfOrder: 'fail' } }));
    expect(error).toBeInstanceOf(OutOfOrderError);
    expect(error).toMatchObject({ changeIds: ['a'] });
    expect(wire.answered).not.toContain('acquire');
  });
});

describe('target systems of a run', () => {
  const closing = (close: () => Promise<void>) => ({ ...FILES, close });

  it('are closed once each, also where a change fails', async () => {
    const target = closing(async () => void calls.push('close'));
    await run([change('a', { target }), change('b', { target })]);
    await failureOf(run([failing('c', { target })]));
    expect(calls).toEqual(['a', 'b', 'close', 'close']);
  });

  it('that cannot be closed are a warning', async () => {
    const target = closing(() => Promise.reject(new TypeError('busy')));
    const report = await run([change('a', { target })]);
    expect(report).toMatchObject({ status: 'applied', warnings: [expect.stringMatching(/"files".*busy/)] });
  });

  it('that keep markers are asked to prepare for them once, and by the next run to forget them', async () => {
    const targetWire = new Wire();
    const target = new InMemoryTargetSystem('db', new InMemoryDatabase().connect(targetWire.carry));
    const set = ({ handles }: Invocation) => (handles.get(InMemoryTable) as InMemoryTable).set('k', 'v');
    const fields = { target, transactional: true, execution: changeMethod(set) };
    const count = (name: string) => targetWire.answered.filter((answered) => answered === name).length;
    await run([change('a', fields), change('b', fields)]);
    expect([count('prepareMarkers'), count('clearMarkers')]).toEqual([1, 0]);
    await run([change('a', fields), change('b', fields), change('c', fields)]);
    expect([count('prepareMarkers'), count('clearMarkers')]).toEqual([2, 1]);
    expect(await target.markers.read(holdOf(3), 'a')).toBeUndefined();
    expect(await target.markers.read(holdOf(3), 'c')).toBeDefined();
  });

  it('that keep markers are not asked to forget those of a later holder', async () => {
    const targetWire = new Wire();
    const target = new InMemoryTargetSystem('db', new InMemoryDatabase().connect(targetWire.carry));
    const undone = {
      ...holdOf(3, SERVICE),
      changeId: 'a',
      executionId: 'later',
      operation: 'UNDO',
    } as const;
    targetWire.meet('clearMarkers', 'request', async () => {
      await target.transaction(undone, async () => undefined, undone);
    });
    const fields = { target, transactional: true };
    await run([change('a', fields)]);
    await run([change('a', fields), change('b', fields)]);
    expect(await target.markers.read(holdOf(3), 'a')).toEqual(undone);
  });

  it('that cannot keep markers stop the run with an error that names them', async () => {
    const targetWire = new Wire().lose('prepareMarkers', 'request', 1_000);
    const target = new InMemoryTargetSystem('orders-db', new InMemoryDatabase().connect(targetWire.carry));
    const parts = engine([change('a', { target, transactional: true })]);
    const error = await failureOf(passing(runtime, execute(parts, stop.signal)));
    expect([calls, await history()]).toEqual([[], []]);
    expect((error as Error).message).toMatch(/orders-db/);
    const ended = parts.events.published.at(-1)?.event as { report: ExecutionReport };
    expect(results(ended.report)).toEqual(['a not-reached']);
  });
});

describe('events of a run', () => {
  it('come in order, each change within its stage', async () => {
    const parts = engine(
      [change('a', { stage: 'one' }), failing('b', { stage: 'two' }), change('c', { stage: 'two' })],
      {
        stages: ['one', 'two'],
      },
    );
    await failureOf(execute(parts, stop.signal));
    expect(parts.events.names).toEqual([
      'run.started',
      'stage.started one',
      'change.started a',
      'change.completed a',
      'stage.completed one',
      'stage.started two',
      'change.started b',
      'change.failed b',
      'issue.opened b',
      'stage.failed two',
      'run.failed',
    ]);
  });

  it('tell of a blocked change without saying that it started', async () => {
    await failureOf(run([failing('a')]));
    const parts = engine([change('a')]);
    await failureOf(execute(parts, stop.signal));
    expect(parts.events.names).toEqual([
      'run.started',
      'stage.started main',
      'change.blocked a',
      'issue.opened a',
      'stage.blocked main',
      'run.failed',
    ]);
  });

  it('all name the run they belong to', async () => {
    const parts = engine([change('a')]);
    const { executionId } = await execute(parts, stop.signal);
    for (const { event } of parts.events.published)
      expect(event).toMatchObject({ service: SERVICE, executionId });
  });
});
