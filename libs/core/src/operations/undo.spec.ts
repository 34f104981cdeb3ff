import {
  CrashPoint,
  InMemoryAuditStore,
  InMemoryDatabase,
  InMemoryTable,
  InMemoryTargetSystem,
  ManualRuntime,
} from '@nestjs-flamingock/testing';
import type { AuditEntry } from '../audit/audit-entry.js';
import type { TxStrategy } from '../audit/tx-strategy.js';
import type { ChangeDescriptor, Invocation } from '../change/change-descriptor.js';
import { aChange, changeMethod } from '../fixtures/changes.js';
import { anEngine } from '../fixtures/engines.js';
import { failureOf, openRun, passing, SERVICE, statesOf } from '../fixtures/runs.js';
import { LockTimeoutError } from '../lock/lock.errors.js';
import type { Engine } from '../run/engine.js';
import { createPipeline } from '../plan/pipeline.js';
import { RunAbortedError } from '../run/run.errors.js';
import type { RecoveryStrategy } from '../audit/recovery-strategy.js';
import { auditFix } from './audit-fix.js';
import { execute } from './execute.js';
import { issueList } from './issues.js';
import { ConfirmationStaleError, UndoRefusedError, UnknownChangeError } from './operation.errors.js';
import type { UndoReport } from '../reporting/undo-report.js';
import { undo, type UndoOptions, type UndoRequest } from './undo.js';

let runtime: ManualRuntime;
let auditDatabase: InMemoryDatabase;
let targetDatabase: InMemoryDatabase;
let broken: Set<string>;
let calls: string[];

beforeEach(() => {
  runtime = new ManualRuntime();
  auditDatabase = new InMemoryDatabase({ now: runtime.wallMs });
  targetDatabase = new InMemoryDatabase({ now: runtime.wallMs });
  broken = new Set();
  calls = [];
});

/** Changes of one strategy, as a process sees them whose messages go through these connections. */
interface Process {
  readonly ids?: readonly string[];
  readonly audit?: InMemoryDatabase;
  readonly target?: InMemoryDatabase;
  readonly fields?: Partial<ChangeDescriptor>;
}

const table = ({ handles }: Invocation) => handles.get(InMemoryTable) as InMemoryTable;

function processOf(strategy: TxStrategy, { ids = ['a'], fields, ...ways }: Process = {}): Engine {
  const audit = ways.audit ?? auditDatabase;
  const database = strategy === 'TX_SHARED' ? audit : (ways.target ?? targetDatabase);
  const target = new InMemoryTargetSystem('inventory-db', database);
  const changes = ids.map((id, index) =>
    aChange({
      id,
      order: `000${index}`,
      target,
      transactional: strategy !== 'NON_TX',
      execution: changeMethod((invocation) => table(invocation).set(id, 1)),
      rollback: changeMethod(async (invocation) => {
        calls.push(id);
        await table(invocation).delete(id);
        if (broken.has(id)) throw new TypeError(`${id} broke`);
      }, 'rollback'),
      ...fields,
    }),
  );
  return anEngine({ store: new InMemoryAuditStore(audit), runtime, changes });
}

const signal = () => new AbortController().signal;
const apply = (engine: Engine) => passing(runtime, execute(engine, signal()));
const undoing = (engine: Engine, request: UndoRequest, options: Partial<UndoOptions> = {}) =>
  passing(runtime, undo(engine, request, { ...options, signal: signal() }));
const history = () => statesOf(new InMemoryAuditStore(auditDatabase));
const rowsOf = async (strategy: TxStrategy) => {
  const database = strategy === 'TX_SHARED' ? auditDatabase : targetDatabase;
  return (await new InMemoryTable(database).entries()).map(([key]) => key);
};
const lastEntry = async (): Promise<AuditEntry | undefined> =>
  (await new InMemoryAuditStore(auditDatabase).readSnapshot(SERVICE)).sort((a, b) => b.seq - a.seq)[0];
const resultsOf = ({ changes }: UndoReport) =>
  changes.map(({ changeId, result, state }) => `${changeId} ${result} ${state}`);
const STRATEGIES = ['NON_TX', 'TX_SHARED', 'TX_SEPARATE'] as const;
const EXECUTED = ['a STARTED', 'a EXECUTED'];
const UNDONE = [...EXECUTED, 'a STARTED', 'a ROLLED_BACK'];

describe('undo of a change of which the target takes back part', () => {
  const engine = (): Engine => {
    const target = new InMemoryTargetSystem('inventory-db', targetDatabase, { keepsPart: true });
    const rollback = changeMethod(async (invocation) => {
      await table(invocation).delete('a');
      await table(invocation).failAtCommit(new TypeError('no room'));
    }, 'rollback');
    return processOf('TX_SEPARATE', { fields: { target, rollback } });
  };

  it('is an issue at once, with both ends for the operator to choose from', async () => {
    await apply(engine());
    const report = await undoing(engine(), { changeId: 'a' }, { actor: 'ann', reason: 'test' });
    expect(resultsOf(report)).toEqual(['a failed ROLLBACK_FAILED']);
    expect(report.changes[0]?.nextSteps?.join('\n')).toMatch(/proves that part of it[^]*audit fix -c a/);
    expect(await lastEntry()).toMatchObject({
      operation: 'UNDO',
      metadata: { by: 'ann', effect: 'part' },
    });
    expect(await issueList(engine())).toMatchObject([{ changeId: 'a', operation: 'UNDO' }]);
    expect(
      await auditFix(engine(), { changeId: 'a', resolution: 'ROLLED_BACK' }, { signal: signal() }),
    ).toMatchObject({
      next: { action: 'EXECUTE' },
    });
  });
});

describe.each(STRATEGIES)('undo of %s changes', (strategy) => {
  it('calls the rollback method, records who and why, and lets the change run again', async () => {
    const engine = processOf(strategy);
    await apply(engine);
    const report = await undoing(engine, { changeId: 'a' }, { actor: 'ann', reason: 'wrong name' });
    expect(report).toMatchObject({
      status: 'undone',
      changes: [{ changeId: 'a', result: 'undone', state: 'ROLLED_BACK', runsAgain: true }],
    });
    expect([await rowsOf(strategy), await history()]).toEqual([[], UNDONE]);
    expect(await lastEntry()).toMatchObject({
      operation: 'UNDO',
      txStrategy: strategy,
      methodName: 'rollback',
      executionId: report.executionId,
      metadata: { by: 'ann', reason: 'wrong name' },
    });
    expect((await apply(engine)).changes[0]).toMatchObject({ result: 'executed' });
    expect(await rowsOf(strategy)).toEqual(['a']);
  });

  it('undoes what its dry run has shown, and writes nothing once something else would be undone', async () => {
    const engine = processOf(strategy, { ids: ['a', 'b', 'c'] });
    await apply(engine);
    const { digest = '' } = await undoing(engine, { to: 'a' }, { dryRun: true });
    expect((await undoing(engine, { to: 'a' }, { dryRun: true })).digest).toBe(digest);
    await undoing(engine, { changeId: 'c' });
    await apply(engine);
    const before = await history();
    for (const confirm of [digest, 'another']) {
      const error = await failureOf(undoing(engine, { to: 'a' }, { confirm }));
      expect(error).toBeInstanceOf(ConfirmationStaleError);
      expect((error as Error).message).toContain('undo --to a --dry-run');
    }
    expect([await rowsOf(strategy), await history()]).toEqual([['a', 'b', 'c'], before]);
    const now = await undoing(engine, { to: 'a' }, { dryRun: true });
    expect(await undoing(engine, { to: 'a' }, { confirm: now.digest })).toMatchObject({ status: 'undone' });
    expect(await rowsOf(strategy)).toEqual(['a']);
  });

  it('undoes everything after a change, the last applied first', async () => {
    const engine = processOf(strategy, { ids: ['a', 'b', 'c'] });
    await apply(engine);
    const report = await undoing(engine, { to: 'a' });
    expect(resultsOf(report)).toEqual(['c undone ROLLED_BACK', 'b undone ROLLED_BACK']);
    expect([calls, await rowsOf(strategy)]).toEqual([['c', 'b'], ['a']]);
  });

  it('stops at the first that fails, with the rest untouched', async () => {
    const engine = processOf(strategy, { ids: ['a', 'b', 'c'] });
    await apply(engine);
    broken.add('b');
    const report = await undoing(engine, { to: 'a' }).then(async (first) => {
      expect(await rowsOf(strategy)).toContain('a');
      return first;
    });
    const left = strategy === 'NON_TX' ? 'ROLLBACK_FAILED' : 'EXECUTED';
    expect(report.status).toBe('stopped');
    expect(resultsOf(report)).toEqual(['c undone ROLLED_BACK', `b failed ${left}`]);
    expect(report.changes[1]).toMatchObject({ error: 'TypeError: b broke', runsAgain: false });
    expect(report.changes[1]?.nextSteps?.join()).toMatch(
      strategy === 'NON_TX' ? /audit fix -c b/ : /Undo it again: .* undo -c b --reason "…"$/,
    );
  });

  it('does not reach what comes after a failure, and can go on later', async () => {
    const engine = processOf(strategy, { ids: ['a', 'b', 'c'] });
    await apply(engine);
    broken.add('c');
    expect(resultsOf(await undoing(engine, { to: 'a' }))[1]).toBe('b not-reached EXECUTED');
    broken.clear();
    if (strategy === 'NON_TX') {
      expect(await failureOf(undoing(engine, { to: 'a' }))).toBeInstanceOf(UndoRefusedError);
      await passing(
        runtime,
        auditFix(engine, { changeId: 'c', resolution: 'ROLLED_BACK' }, { signal: signal() }),
      );
    }
    expect((await undoing(engine, { to: 'a' })).status).toBe('undone');
    expect(await rowsOf(strategy)).toEqual(['a']);
  });

  it('keeps the order of application after an undo that failed', async () => {
    const engine = processOf(strategy, { ids: ['a', 'b', 'c'] });
    await apply(engine);
    broken.add('b');
    await undoing(engine, { changeId: 'b' });
    broken.clear();
    if (strategy === 'NON_TX')
      await passing(runtime, auditFix(engine, { changeId: 'b' }, { signal: signal() }));
    expect(resultsOf(await undoing(engine, { to: 'b' }))).toEqual(['c undone ROLLED_BACK']);
  });

  it.each<RecoveryStrategy>(['MANUAL_INTERVENTION', 'ALWAYS_RETRY'])(
    'leaves nothing unknown wherever the process dies, with %s',
    async (recovery) => {
      const fields = { recovery };
      let died = true;
      for (let at = 0; died; at += 1) {
        auditDatabase = new InMemoryDatabase({ now: runtime.wallMs });
        targetDatabase = new InMemoryDatabase({ now: runtime.wallMs });
        await apply(processOf(strategy, { fields }));
        const crash = new CrashPoint(at);
        const dying = processOf(strategy, {
          fields,
          audit: auditDatabase.connect(crash.network),
          target: targetDatabase.connect(crash.network),
        });
        died = await crash.kills(undo(dying, { changeId: 'a' }, { signal: signal() }));
        await runtime.advance(20_000);
        const next = processOf(strategy, { fields });
        const [issue] = await issueList(next);
        if (issue) {
          expect([strategy, issue.operation, issue.state]).toEqual(['NON_TX', 'UNDO', 'STARTED']);
          expect(await failureOf(apply(next))).toMatchObject({ name: 'ManualInterventionError' });
          continue;
        }
        const executed = (await rowsOf(strategy)).includes('a');
        const [change] = (await apply(next)).changes;
        expect([at, ['executed'].includes(change?.result ?? '')]).toEqual([at, !executed]);
        expect(await rowsOf(strategy)).toEqual(['a']);
      }
    },
  );
});

describe('an undo that its process did not survive', () => {
  it.each(['commit', 'append'])(
    'is settled by the marker before the next undo, when it died at %s',
    async (message) => {
      await apply(processOf('TX_SEPARATE'));
      const dead = () => new Promise<never>(() => undefined);
      let appends = 0;
      const dying = async (statement: string, leg: string) => {
        if (statement === message && leg === 'request' && (message === 'commit' || (appends += 1) > 1))
          await dead();
      };
      const engine = processOf('TX_SEPARATE', {
        audit: auditDatabase.connect(dying),
        target: targetDatabase.connect(dying),
      });
      void undo(engine, { changeId: 'a' }, { signal: signal() });
      await new Promise((resolve) => setImmediate(resolve));
      expect(await history()).toEqual([...EXECUTED, 'a STARTED']);
      // The lease of the dead process ends with its time; its heartbeat is stopped by another token.
      const { lock } = new InMemoryAuditStore(auditDatabase);
      await lock.release((await lock.read(SERVICE))!);
      const again = passing(runtime, undo(processOf('TX_SEPARATE'), { changeId: 'a' }, { signal: signal() }));
      if (message === 'commit') {
        expect((await again).status).toBe('undone');
        expect(await history()).toEqual([
          ...EXECUTED,
          'a STARTED',
          'a EXECUTED',
          'a STARTED',
          'a ROLLED_BACK',
        ]);
      } else {
        expect((await failureOf(again)) as Error).toMatchObject({ name: 'UndoRefusedError' });
        expect(await history()).toEqual(UNDONE);
      }
      expect(await rowsOf('TX_SEPARATE')).toEqual([]);
    },
  );
});

describe('undo', () => {
  const refusal = async (engine: Engine, request: UndoRequest) => {
    const before = await history();
    const error = await failureOf(undoing(engine, request));
    expect(await history()).toEqual(before);
    expect(calls).toEqual([]);
    expect((await new InMemoryAuditStore(auditDatabase).lock.read(SERVICE))?.expiresAt ?? 0).toBe(0);
    return error as UndoRefusedError;
  };

  it('tells in a dry run what it would do, without lock or entries', async () => {
    const engine = processOf('NON_TX', { ids: ['a', 'b'] });
    await apply(engine);
    const before = await history();
    const report = await undo(engine, { to: 'a' }, { dryRun: true, signal: signal() });
    expect(report).toMatchObject({
      status: 'planned',
      changes: [{ changeId: 'b', result: 'planned', runsAgain: true }],
    });
    expect(report).not.toHaveProperty('executionId');
    expect([await history(), calls]).toEqual([before, []]);
  });

  it('refuses before anything happens when one of several has no rollback method', async () => {
    const engine = processOf('NON_TX', { ids: ['a', 'b', 'c'] });
    await apply(engine);
    const [stage] = engine.pipeline.stages;
    const changes = stage!.changes.map((change) =>
      change.id === 'b' ? { ...change, rollback: undefined } : change,
    );
    const without = { ...engine, pipeline: createPipeline(SERVICE, [{ name: 'main', changes }]) };
    const error = await refusal(without, { to: 'a' });
    expect(error.obstacles.map(({ changeId }) => changeId)).toEqual(['b']);
    expect(error.message).toMatch(/"b" has no rollback method.*class Publish/);
  });

  it('refuses what is not applied, is not in the code, or is unknown', async () => {
    const engine = processOf('NON_TX', { ids: ['a', 'b'] });
    expect((await refusal(engine, { changeId: 'a' })).message).toMatch(/never executed/);
    expect((await refusal(engine, { to: 'a' })).message).toMatch(/never executed/);
    await apply(engine);
    expect(await refusal(engine, { changeId: 'aa' })).toBeInstanceOf(UnknownChangeError);
    const without = { ...engine, pipeline: createPipeline(SERVICE, []) };
    expect((await refusal(without, { changeId: 'a' })).message).toMatch(/no longer in the code/);
    expect(await undoing(engine, { to: 'b' })).toMatchObject({ status: 'undone', changes: [] });
  });

  it.each(STRATEGIES)('refuses a %s change that was applied to another target system', async (strategy) => {
    const applied = processOf(strategy, { ids: ['a', 'b'] });
    await apply(applied);
    const target = new InMemoryTargetSystem('other-db', new InMemoryDatabase());
    const moved = processOf(strategy, { ids: ['a', 'b'], fields: { target } });
    for (const request of [{ changeId: 'b' }, { to: 'a' }]) {
      const error = await refusal(moved, request);
      expect(error.obstacles).toEqual([
        {
          changeId: 'b',
          problem: expect.stringMatching(/on target system "inventory-db".*names "other-db"/),
        },
      ]);
    }
    expect(await failureOf(undo(moved, { to: 'a' }, { dryRun: true, signal: signal() }))).toBeInstanceOf(
      UndoRefusedError,
    );
    expect(await rowsOf(strategy)).toEqual(['a', 'b']);
    expect(await undoing(applied, { changeId: 'b' })).toMatchObject({ status: 'undone' });
  });

  it('refuses a change that needs a manual check, and says where to look', async () => {
    const engine = processOf('NON_TX', {
      fields: { execution: changeMethod(() => Promise.reject(new TypeError('no'))), rollback: undefined },
    });
    await failureOf(apply(engine));
    expect((await refusal(engine, { changeId: 'a' })).message).toContain(
      'npx --no @nestjs-flamingock/cli issue get -c a --guidance',
    );
  });

  it('waits for another holder as long as it is told to', async () => {
    const engine = processOf('NON_TX');
    await apply(engine);
    await openRun(new InMemoryAuditStore(auditDatabase), new ManualRuntime({ clock: runtime.clock, pid: 2 }));
    expect(await failureOf(undoing(engine, { changeId: 'a' }, { waitMs: 1_000 }))).toBeInstanceOf(
      LockTimeoutError,
    );
    expect(calls).toEqual([]);
  });

  it('begins no other change once it is told to stop', async () => {
    const stop = new AbortController();
    const stopping = changeMethod(() => stop.abort(new RunAbortedError(SERVICE, 'a test says so')));
    const engine = processOf('NON_TX', { ids: ['a', 'b', 'c'], fields: { rollback: stopping } });
    await apply(engine);
    const report = await passing(runtime, undo(engine, { to: 'a' }, { signal: stop.signal }));
    expect(report.status).toBe('stopped');
    expect(resultsOf(report)).toEqual(['c undone ROLLED_BACK', 'b not-reached EXECUTED']);
    expect(await failureOf(undo(engine, { to: 'a' }, { signal: stop.signal }))).toBeInstanceOf(
      RunAbortedError,
    );
  });
});
