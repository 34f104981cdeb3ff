import {
  InMemoryAuditStore,
  InMemoryDatabase,
  InMemoryTable,
  InMemoryTargetSystem,
  ManualRuntime,
} from '@nestjs-flamingock/testing';
import type { AuditEntry } from '../audit/audit-entry.js';
import { readMetadata } from '../audit/entry-metadata.js';
import { RecoveryStrategy } from '../audit/recovery-strategy.js';
import type { ChangeDescriptor } from '../change/change-descriptor.js';
import { ChangeSource } from '../change/fingerprint.js';
import { aChange, changeMethod } from '../fixtures/changes.js';
import { anEngine, type EngineParts } from '../fixtures/engines.js';
import { failureOf, passing, SERVICE } from '../fixtures/runs.js';
import { Wire } from '../fixtures/wire.js';
import { auditFix } from '../operations/audit-fix.js';
import { awaitChanges } from '../operations/await-changes.js';
import { execute } from '../operations/execute.js';
import { issueGet, issueList } from '../operations/issues.js';
import { plan } from '../operations/plan.js';
import { status } from '../operations/status.js';
import type { ExecutionReport } from '../reporting/execution-report.js';
import { ChangeFailedError, ManualInterventionError, NotYetError, RunAbortedError } from './run.errors.js';

let runtime: ManualRuntime;
let database: InMemoryDatabase;
let calls: number;
let isBroken: boolean;
const NEVER = new AbortController().signal;

beforeEach(() => {
  runtime = new ManualRuntime();
  database = new InMemoryDatabase({ now: runtime.wallMs });
  calls = 0;
  isBroken = true;
});

const store = () => new InMemoryAuditStore(database);
const execution = changeMethod(() => {
  calls += 1;
  if (isBroken) throw new TypeError(`call ${calls}`);
});
const retried = (fields: Partial<ChangeDescriptor> = {}): ChangeDescriptor =>
  aChange({ recovery: RecoveryStrategy.ALWAYS_RETRY, execution, ...fields });

function engine(changes = [retried()], settings: EngineParts['settings'] = {}, audit = store()) {
  const stages = [...new Set(changes.map(({ stage }) => stage))];
  return anEngine({
    store: audit,
    runtime,
    changes,
    stages,
    settings: { backOff: { waitMs: 0 }, ...settings },
  });
}
const start = (one = engine(), signal = NEVER): Promise<ExecutionReport> =>
  passing(runtime, execute(one, signal));
async function entries(): Promise<AuditEntry[]> {
  const all: AuditEntry[] = [];
  for await (const entry of store().readHistory(SERVICE)) all.push(entry);
  return all;
}
const counted = async () =>
  (await entries()).map((entry) => `${entry.state} ${readMetadata(entry).tries ?? '–'}`);
const pauses = async () => {
  const started = (await entries()).filter(({ state }) => state === 'STARTED');
  return started.map((entry) => Number(readMetadata(entry).backOffMs));
};
const momentOf = ({ createdAt, metadata }: AuditEntry) =>
  new Date(Date.parse(createdAt) + Number(readMetadata({ metadata }).backOffMs)).toISOString();

describe('a change that its author lets starts try again', () => {
  it('is left alone after a failure, without the lock and without a write', async () => {
    expect(await failureOf(start())).toBeInstanceOf(ChangeFailedError);
    expect(await counted()).toEqual(['STARTED 1', 'EXECUTION_FAILED 1']);
    const failed = (await entries()).at(-1)!;
    const wire = new Wire();
    const watched = new InMemoryAuditStore(database.connect(wire.carry));
    const error = (await failureOf(start(engine([retried()], {}, watched)))) as NotYetError;
    expect(error).toBeInstanceOf(NotYetError);
    expect(error).toMatchObject({ changeIds: ['publish'], notBefore: momentOf(failed) });
    expect(error.message).toContain(`not before ${momentOf(failed)}: it failed and was not rolled back`);
    expect(error.report.changes).toMatchObject([{ result: 'waiting', state: 'EXECUTION_FAILED' }]);
    expect(wire.answered.filter((name) => !/^(read|list|now$)/.test(name))).toEqual([]);
    expect(calls).toBe(1);
  });

  it('is executed again after its pause, and left alone for longer', async () => {
    runtime.random = () => 0.5;
    await failureOf(start());
    for (const ms of [2_000, 3_500, 5_750]) {
      await runtime.advance(ms);
      expect(await failureOf(start())).toBeInstanceOf(ChangeFailedError);
      expect(await failureOf(start())).toBeInstanceOf(NotYetError);
    }
    expect(calls).toBe(4);
    expect(await pauses()).toEqual([2_000, 3_500, 5_750, 9_125]);
  });

  it('is left alone no longer than its author says', async () => {
    runtime.random = () => 0.99;
    const one = () => engine([retried({ recoveryRetry: { initialMs: 50, maxMs: 80 } })]);
    await failureOf(start(one()));
    await runtime.advance(80);
    await failureOf(start(one()));
    expect(await pauses()).toEqual([80, 80]);
  });

  it('is waited for where its time is near, with the lock and without a transaction', async () => {
    await failureOf(start());
    isBroken = false;
    const one = engine([retried()], { backOff: { waitMs: 10_000 } });
    const { status: ended, changes } = await start(one);
    expect({ ended, calls }).toEqual({ ended: 'applied', calls: 2 });
    expect(changes).toMatchObject([{ result: 'executed' }]);
    expect(one.events.names.filter((name) => name.includes('publish'))).toEqual([
      'change.waiting publish',
      'change.started publish',
      'change.completed publish',
    ]);
    expect((await counted()).slice(2)).toEqual(['STARTED 2', 'EXECUTED 2']);
  });

  it('stops waiting as soon as the run is told to', async () => {
    await failureOf(start());
    const stopping = new AbortController();
    const one = engine([retried({ recoveryRetry: { initialMs: 20_000 } })], { backOff: { waitMs: 300_000 } });
    const running = failureOf(execute(one, stopping.signal));
    await runtime.advance(500);
    expect(await store().lock.read(SERVICE)).toMatchObject({ owner: expect.anything() as string });
    stopping.abort(new RunAbortedError(SERVICE, 'SIGTERM'));
    await runtime.advance(1);
    expect(await running).toBeInstanceOf(RunAbortedError);
    const { expiresAt, storeNow } = (await store().lock.read(SERVICE))!;
    expect(expiresAt).toBeLessThanOrEqual(storeNow);
    expect(calls).toBe(1);
  });

  it('is left alone, too, after a process that has died in it', async () => {
    const dying = retried({ execution: changeMethod(() => new Promise(() => undefined)) });
    void execute(engine([dying]), NEVER).catch(() => undefined);
    await runtime.advance(500);
    expect(await counted()).toEqual(['STARTED 1']);
    await database.write('the end of its lease', ({ locks }) => locks.clear());
    expect(await failureOf(start())).toBeInstanceOf(NotYetError);
    expect(calls).toBe(0);
  });

  it('begins anew at once with code that was edited, and counts only failures in a row', async () => {
    const source = (text: string) => new ChangeSource(() => [`execute() { ${text} }`]);
    const edition = (text: string) =>
      engine([retried({ source: source(text), recoveryRetry: { attempts: 2 } })]);
    await failureOf(start(edition('one()')));
    expect(await failureOf(start(edition('one()')))).toBeInstanceOf(NotYetError);
    expect(await failureOf(start(edition('two()')))).toBeInstanceOf(ChangeFailedError);
    expect(await counted()).toEqual(['STARTED 1', 'EXECUTION_FAILED 1', 'STARTED 1', 'EXECUTION_FAILED 1']);
  });

  it('needs a manual check once it was tried often enough, and an operator gives it a new row', async () => {
    const one = () => engine([retried({ recoveryRetry: { attempts: 2 } })]);
    await failureOf(start(one()));
    await runtime.advance(10_000);
    const last = (await failureOf(start(one()))) as ChangeFailedError;
    expect(last.report.changes[0]?.reason).toMatch(/^the next start stops at it: it was tried 2 times: /);
    await runtime.advance(1_000_000);
    expect(await failureOf(start(one()))).toBeInstanceOf(ManualInterventionError);
    const [issue] = await issueList(one());
    expect(issue).toMatchObject({ changeId: 'publish' });
    expect(issue?.reason).toMatch(/^it was tried 2 times: /);
    await passing(
      runtime,
      auditFix(one(), { changeId: 'publish', resolution: 'ROLLED_BACK' }, { signal: NEVER, actor: 'anna' }),
    );
    expect(await failureOf(start(one()))).toBeInstanceOf(ChangeFailedError);
    expect((await counted()).at(-1)).toBe('EXECUTION_FAILED 1');
    expect(calls).toBe(3);
  });

  it('keeps the rest of its stage back, and no other stage', async () => {
    const ran: string[] = [];
    const other = (id: string, stage: string) =>
      aChange({ id, stage, order: id, className: id, execution: changeMethod(() => ran.push(id)) });
    const changes = [retried({ stage: 'one' }), other('b', 'one'), other('c', 'two')];
    await failureOf(start(engine(changes)));
    expect(ran).toEqual([]);
    const error = (await failureOf(start(engine(changes)))) as NotYetError;
    expect(error).toBeInstanceOf(NotYetError);
    expect(error.report.changes.map(({ result }) => result)).toEqual(['waiting', 'not-reached', 'executed']);
    expect(ran).toEqual(['c']);
    const skipping = await start(engine(changes, { onIssue: 'skip' }));
    expect([skipping.status, skipping.changes[1]?.reason]).toEqual(['incomplete', 'stopped by "publish"']);
    isBroken = false;
    const { status: ended, changes: reports } = await start(engine(changes, { backOff: { waitMs: 60_000 } }));
    expect([ended, ...reports.map(({ result }) => result)]).toEqual([
      'applied',
      'executed',
      'executed',
      'skipped',
    ]);
  });

  it('shows its time in plan and status, is no issue, and is what a process of the role wait waits for', async () => {
    await failureOf(start());
    const at = momentOf((await entries()).at(-1)!);
    expect((await plan(engine())).changes).toMatchObject([{ action: 'WAIT', notBefore: at }]);
    expect(await status(engine())).toMatchObject({
      changes: { pending: 1, blocked: 0 },
      waiting: [{ changeId: 'publish', notBefore: at }],
      issues: [],
    });
    expect(await issueList(engine())).toEqual([]);
    await expect(issueGet(engine(), 'publish')).rejects.toThrow('has no issue');
    const one = engine([retried()], { lock: { leaseMs: 9_000, waitMs: 100, retryMs: 500 } });
    expect(String(await failureOf(passing(runtime, awaitChanges(one, NEVER))))).toContain(
      `"publish" is not executed before ${at}`,
    );
  });

  it('is asked for its verdict first once its time has come', async () => {
    let asked = 0;
    const verification = {
      name: 'verify',
      always: false,
      ask: () => Promise.resolve(++asked === 1 ? 'not-applied' : 'unknown'),
    };
    const one = () => engine([retried({ verification, recoveryRetry: { attempts: 2 } })]);
    await failureOf(start(one()));
    expect(await failureOf(start(one()))).toBeInstanceOf(NotYetError);
    expect(asked).toBe(0);
    await runtime.advance(10_000);
    expect(await failureOf(start(one()))).toBeInstanceOf(ChangeFailedError);
    expect([asked, calls]).toEqual([1, 2]);
    await runtime.advance(1_000_000);
    const last = (await failureOf(start(one()))) as ManualInterventionError;
    expect(last.report.changes[0]?.reason).toMatch(/^it was tried 2 times: .* says "unknown"$/);
    expect(await issueList(one())).toHaveLength(1);
    expect([asked, calls]).toEqual([2, 2]);
  });
});

describe('a change that was rolled back', () => {
  const rollback = changeMethod(() => undefined, 'rollback');

  it('runs at the next start, unless its author has asked for pauses', async () => {
    const plain = () => engine([retried({ rollback })]);
    await failureOf(start(plain()));
    expect(await failureOf(start(plain()))).toBeInstanceOf(ChangeFailedError);
    const asked = () => engine([retried({ rollback, recoveryRetry: {} })]);
    expect(await failureOf(start(asked()))).toBeInstanceOf(NotYetError);
    expect(calls).toBe(2);
  });

  it.each(['TX_SHARED', 'TX_SEPARATE'])('has pauses in %s, where its author asks for them', async (kind) => {
    const target = new InMemoryTargetSystem('db', kind === 'TX_SHARED' ? database : new InMemoryDatabase());
    const body = changeMethod(async ({ handles }) => {
      await (handles.get(InMemoryTable) as InMemoryTable).set('a', calls);
      calls += 1;
      if (isBroken) throw new TypeError('no');
    });
    const one = () =>
      engine([retried({ target, transactional: true, execution: body, recoveryRetry: { attempts: 2 } })]);
    await failureOf(start(one()));
    expect((await counted()).at(-1)).toBe('ROLLED_BACK 1');
    expect(await failureOf(start(one()))).toBeInstanceOf(NotYetError);
    await runtime.advance(10_000);
    await failureOf(start(one()));
    const error = (await failureOf(start(one()))) as ManualInterventionError;
    expect(error).toBeInstanceOf(ManualInterventionError);
    expect(error.message).toContain('Its transaction was rolled back');
    expect(calls).toBe(2);
  });
});
