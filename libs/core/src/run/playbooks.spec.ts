import { InMemoryAuditStore, InMemoryDatabase, ManualRuntime } from '@nestjs-flamingock/testing';
import type { AuditEntry } from '../audit/audit-entry.js';
import type { ChangeDescriptor } from '../change/change-descriptor.js';
import { aChange, changeMethod, FILES } from '../fixtures/changes.js';
import { anEngine } from '../fixtures/engines.js';
import { failureOf, passing, SERVICE } from '../fixtures/runs.js';
import { auditFix } from '../operations/audit-fix.js';
import { execute } from '../operations/execute.js';
import { issueGet } from '../operations/issues.js';
import { plan } from '../operations/plan.js';
import type { Playbook } from '../recovery/playbook.js';
import type { Verdict } from '../recovery/verdict.js';
import type { ExecutionReport } from '../reporting/execution-report.js';
import { ChangeFailedError, ManualInterventionError } from './run.errors.js';

let runtime: ManualRuntime;
let database: InMemoryDatabase;
let breaks: boolean;
let executed: number;
let undone: number;
let undoBreaks: boolean;
let verdict: Verdict;
let playbooks: Playbook[];

class UploadError extends Error {
  readonly code = 'EPIPE';
}

beforeEach(() => {
  runtime = new ManualRuntime();
  database = new InMemoryDatabase({ now: runtime.wallMs });
  [breaks, executed, undone, undoBreaks, verdict] = [true, 0, 0, false, 'unknown'];
});

const store = () => new InMemoryAuditStore(database);
const execution = changeMethod(() => {
  executed += 1;
  if (breaks) throw new UploadError('no');
});
const rollback = changeMethod(() => {
  undone += 1;
  if (undoBreaks) throw new TypeError('not undone');
}, 'rollback');
const verification = { name: 'verify', always: false, ask: () => Promise.resolve(verdict) };

const anyEngine = (fields: Partial<ChangeDescriptor> = {}) =>
  anEngine({
    store: store(),
    runtime,
    changes: [aChange({ execution, ...fields })],
    settings: { resolutions: playbooks },
  });
type AnyEngine = ReturnType<typeof anyEngine>;
const start = (engine: AnyEngine = anyEngine()): Promise<ExecutionReport> =>
  passing(runtime, execute(engine, new AbortController().signal));
const entries = async (): Promise<AuditEntry[]> => {
  const all: AuditEntry[] = [];
  for await (const entry of store().readHistory(SERVICE)) all.push(entry);
  return all;
};
const steps = async () => (await entries()).map(({ operation, state }) => `${operation} ${state}`);
const FAILED = ['EXECUTE STARTED', 'EXECUTE EXECUTION_FAILED'];
const WHO = { by: 'playbook:upload', actorKind: 'service', reason: 'uploads are whole or not there' };

function playbook(fields: Partial<Playbook> = {}): Playbook {
  const { reason } = WHO;
  return { name: 'upload', when: { code: 'EPIPE' }, then: 'retry', atMost: 2, reason, ...fields };
}
/** Leaves the change failed, as a start without any playbook does. */
async function fail(fields: Partial<ChangeDescriptor> = {}): Promise<void> {
  playbooks = [];
  expect(await failureOf(start(anyEngine(fields)))).toBeInstanceOf(ChangeFailedError);
}

describe('a playbook', () => {
  it('has a change executed again, and says that nobody has looked what is there', async () => {
    await fail();
    playbooks = [playbook()];
    breaks = false;
    const engine = anyEngine();
    const report = await start(engine);
    expect(report).toMatchObject({ status: 'applied', changes: [{ result: 'executed' }] });
    expect(report.warnings.join()).toContain(
      '"publish" needed a manual check, because it failed and was not rolled back; part of it may have taken effect. playbook "upload" has it executed again: uploads are whole or not there',
    );
    expect(await steps()).toEqual([
      ...FAILED,
      'FORGET MANUAL_MARKED_AS_ROLLED_BACK',
      'EXECUTE STARTED',
      'EXECUTE EXECUTED',
    ]);
    expect((await entries())[2]?.metadata).toEqual({ ...WHO, effect: 'stays' });
    const resolved = engine.events.published.filter(({ name }) => name === 'issue.resolved');
    expect(resolved).toMatchObject([
      {
        event: {
          changeId: 'publish',
          actor: { kind: 'service', name: 'playbook:upload' },
          reason: WHO.reason,
        },
      },
    ]);
  });

  it('marks a change as executed, as audit fix does', async () => {
    await fail();
    playbooks = [playbook({ then: 'mark-executed' })];
    expect(await start()).toMatchObject({ status: 'applied', changes: [{ result: 'reconciled' }] });
    expect(executed).toBe(1);
    expect(await steps()).toEqual([...FAILED, 'FIX MANUAL_MARKED_AS_EXECUTED']);
    expect((await entries())[2]?.metadata).toEqual(WHO);
    expect(await start()).toMatchObject({ status: 'up-to-date' });
  });

  it('marks a change as rolled back, and has it executed', async () => {
    await fail();
    playbooks = [playbook({ then: 'mark-rolled-back' })];
    breaks = false;
    await start();
    expect(await steps()).toEqual([
      ...FAILED,
      'FIX MANUAL_MARKED_AS_ROLLED_BACK',
      'EXECUTE STARTED',
      'EXECUTE EXECUTED',
    ]);
  });

  it('undoes what there is of a change, as an operator does, and has it executed', async () => {
    await fail();
    playbooks = [playbook({ then: 'undo' })];
    breaks = false;
    await start(anyEngine({ rollback }));
    expect([undone, executed]).toEqual([1, 2]);
    expect(await steps()).toEqual([
      ...FAILED,
      'UNDO STARTED',
      'UNDO ROLLED_BACK',
      'EXECUTE STARTED',
      'EXECUTE EXECUTED',
    ]);
    expect((await entries())[3]?.metadata).toEqual(WHO);
  });

  it('leaves a change to a person whose undo fails', async () => {
    await fail();
    playbooks = [playbook({ then: 'undo' })];
    undoBreaks = true;
    for (let starts = 0; starts < 2; starts += 1)
      expect(await failureOf(start(anyEngine({ rollback })))).toBeInstanceOf(ManualInterventionError);
    expect([undone, executed]).toEqual([1, 1]);
    expect((await steps()).slice(2)).toEqual(['UNDO STARTED', 'UNDO ROLLBACK_FAILED']);
  });

  it('leaves a change to a person whose undo cannot begin, and says so once', async () => {
    await fail();
    playbooks = [playbook({ then: 'undo' })];
    const target = { ...FILES, run: () => Promise.reject(new UploadError('away')) };
    expect(await failureOf(start(anyEngine({ rollback, target })))).toBeInstanceOf(ManualInterventionError);
    expect(undone).toBe(0);
    expect((await steps()).slice(2)).toEqual(['UNDO STARTED', 'UNDO ROLLBACK_FAILED']);
    expect((await entries()).at(-1)?.error).toContain('Caused by Error: away');
  });

  it('acts no more often than it may, and as often again once the change was applied', async () => {
    await fail();
    playbooks = [playbook({ atMost: 2 })];
    for (let starts = 0; starts < 2; starts += 1)
      expect(await failureOf(start())).toBeInstanceOf(ChangeFailedError);
    const stopped = await failureOf(start());
    expect(stopped).toBeInstanceOf(ManualInterventionError);
    expect((stopped as ManualInterventionError).message).toContain(
      'playbook "upload" does not act: it has acted on the change 2 times already, as often as it may',
    );
    expect(executed).toBe(3);
    const operation = { signal: new AbortController().signal };
    await passing(runtime, auditFix(anyEngine(), { changeId: 'publish' }, operation));
    await store().lock.read(SERVICE);
    expect(await start()).toMatchObject({ status: 'up-to-date' });
  });

  it('is told of by plan, by the issue, and by the report of the failure', async () => {
    playbooks = [playbook()];
    const failed = (await failureOf(start())) as ChangeFailedError;
    const step =
      'Or do nothing: the next start executes it again, whatever of it is there, by playbook "upload" (1 of at most 2), because: uploads are whole or not there';
    expect(failed.report.changes[0]?.nextSteps).toContain(step);
    const outlook = { name: 'upload', then: 'retry', uses: 0, atMost: 2, reason: WHO.reason };
    expect((await plan(anyEngine())).changes).toMatchObject([{ playbook: outlook }]);
    const issue = await issueGet(anyEngine());
    expect(issue).toMatchObject({ playbook: outlook });
    expect(issue.guidance.at(-1)).toBe(step);
  });

  it('acts in the run, and in no operation that only reads', async () => {
    await fail();
    playbooks = [playbook({ then: 'mark-executed' })];
    await plan(anyEngine());
    await issueGet(anyEngine());
    expect(await steps()).toEqual(FAILED);
  });

  it.each<[string, Playbook['when'], boolean]>([
    ['the code', { code: 'EPIPE' }, true],
    ['another code', { code: 'EIO' }, false],
    ['the change', { change: 'publish' }, true],
    ['another change', { change: 'other' }, false],
    ['the target system', { target: 'files' }, true],
    ['another target system', { target: 'db' }, false],
    ['the state', { state: 'EXECUTION_FAILED' }, true],
    ['another state', { state: 'STARTED' }, false],
    ['a verdict, where there is none', { verdict: 'unknown' }, false],
    [
      'all that holds',
      { code: 'EPIPE', change: 'publish', target: 'files', state: 'EXECUTION_FAILED' },
      true,
    ],
    ['something that does not hold, too', { code: 'EPIPE', target: 'db' }, false],
  ])('is for issues that have %s', async (_, when, isFor) => {
    await fail();
    playbooks = [playbook({ when, then: 'mark-executed' })];
    const result = await start().catch((error: unknown) => error);
    if (isFor) expect(result).toMatchObject({ status: 'applied' });
    else expect(result).toBeInstanceOf(ManualInterventionError);
  });

  it('is the first of those that match', async () => {
    await fail();
    const first = playbook({ name: 'first', when: { target: 'files' }, then: 'mark-executed' });
    playbooks = [first, playbook()];
    await start();
    expect((await entries()).at(-1)?.metadata['by']).toBe('playbook:first');
  });
});

describe('a playbook for a change with a @Verify()', () => {
  it('goes by what that has said, and keeps what failed before', async () => {
    await fail({ verification });
    playbooks = [playbook({ when: { verdict: 'unknown', code: 'EPIPE' }, then: 'mark-executed' })];
    await start(anyEngine({ verification }));
    expect(await steps()).toEqual([...FAILED, 'RECONCILE EXECUTION_FAILED', 'FIX MANUAL_MARKED_AS_EXECUTED']);
  });

  it('does not act where the verdict settles it', async () => {
    await fail({ verification });
    playbooks = [playbook({ then: 'mark-executed' })];
    verdict = 'not-applied';
    breaks = false;
    await start(anyEngine({ verification }));
    expect(executed).toBe(2);
    expect(await steps()).not.toContain('FIX MANUAL_MARKED_AS_EXECUTED');
  });

  it.each<Playbook['then']>(['mark-executed', 'mark-rolled-back'])(
    'does not have it %s where the verdict says that part of it is there',
    async (then) => {
      await fail({ verification });
      playbooks = [playbook({ then })];
      verdict = 'partial';
      const stopped = await failureOf(start(anyEngine({ verification })));
      expect(stopped).toBeInstanceOf(ManualInterventionError);
      expect((stopped as Error).message).toContain('the @Verify() of the change says "partial"');
    },
  );

  it('has it executed again on top of a part, because its author says so', async () => {
    await fail({ verification });
    playbooks = [playbook({ when: { verdict: 'partial' } })];
    verdict = 'partial';
    breaks = false;
    expect(await start(anyEngine({ verification }))).toMatchObject({ status: 'applied' });
    expect(executed).toBe(2);
  });
});
