import { InMemoryAuditStore, InMemoryDatabase, ManualRuntime } from '@nestjs-flamingock/testing';
import { aChange, changeMethod } from '../fixtures/changes.js';
import { anEngine } from '../fixtures/engines.js';
import { failureOf, passing, SERVICE } from '../fixtures/runs.js';
import { auditFix } from './audit-fix.js';
import { auditVerify } from './audit-verify.js';
import { decideIssue, type IssueDecisionRequest } from './decide.js';
import { execute } from './execute.js';
import { issueGet } from './issues.js';
import {
  DecisionRefusedError,
  type InvalidRequestError,
  NoIssueError,
  ResolutionUnapprovedError,
} from './operation.errors.js';
import type { OperationContext } from './operation-context.js';
import { undo } from './undo.js';

let runtime: ManualRuntime;
let database: InMemoryDatabase;
let broken: boolean;
let undone: number;

beforeEach(() => {
  runtime = new ManualRuntime();
  database = new InMemoryDatabase({ now: runtime.wallMs });
  broken = true;
  undone = 0;
});

const engine = (approvals = 0) =>
  anEngine({
    store: new InMemoryAuditStore(database),
    runtime,
    changes: [
      aChange({
        execution: changeMethod(() => {
          if (broken) throw new TypeError('broke');
        }),
        rollback: changeMethod(() => {
          if (broken) throw new TypeError('no way back');
          undone++;
        }),
      }),
    ],
    settings: { resolution: { approvals } },
  });
const signal = () => new AbortController().signal;
const run = () => passing(runtime, execute(engine(), signal()));
const decide = (
  request: Omit<IssueDecisionRequest, 'changeId'> & { changeId?: string },
  context: OperationContext = { actor: 'ann', reason: 'because' },
  on = engine(),
) => passing(runtime, decideIssue(on, { changeId: 'publish', ...request }, context));
const work = async () => (await passing(runtime, issueGet(engine()))).work;
const by = (name: string, reason = 'because'): OperationContext => ({ actor: name, reason });
const fix = (approvals: number) =>
  passing(runtime, auditFix(engine(approvals), { changeId: 'publish' }, { actor: 'bob', signal: signal() }));

describe('decisions about an issue', () => {
  beforeEach(async () => {
    await failureOf(run());
  });

  it('are part of the issue, with who and when', async () => {
    await decide({ kind: 'acknowledge' });
    await decide({ kind: 'assign', assignee: 'bob' });
    await decide({ kind: 'comment' }, by('bob', '3 of 5 are out'));
    const until = new Date(runtime.wallMs() + 60_000);
    await decide({ kind: 'snooze', until });
    expect(await work()).toEqual({
      acknowledged: { by: 'ann', at: expect.any(String) as string, reason: 'because' },
      assignee: 'bob',
      snoozedUntil: until.toISOString(),
      comments: [{ by: 'bob', at: expect.any(String) as string, reason: '3 of 5 are out' }],
    });
  });

  it('are told to those who listen', async () => {
    const on = engine();
    const decision = await decide({ kind: 'acknowledge' }, by('ann'), on);
    expect(on.events.published).toEqual([
      { name: 'decision.recorded', event: { service: SERVICE, decision } },
    ]);
    expect(decision).toMatchObject({ seq: 1, kind: 'acknowledge', actorName: 'ann', changeId: 'publish' });
  });

  it('can be taken over by another, or by nobody', async () => {
    await decide({ kind: 'assign', assignee: 'bob' });
    await decide({ kind: 'assign', assignee: '' });
    expect(await work()).toEqual({ comments: [] });
  });

  it('are void once the change is settled, and it fails again', async () => {
    await decide({ kind: 'comment' });
    await passing(
      runtime,
      auditFix(engine(), { changeId: 'publish', resolution: 'ROLLED_BACK' }, { signal: signal() }),
    );
    await failureOf(run());
    expect(await work()).toEqual({ comments: [] });
  });

  it('do not hide a ledger that was edited', async () => {
    await decide({ kind: 'comment' });
    expect(await passing(runtime, auditVerify(engine()))).toMatchObject({ ok: true, decisions: 1 });
    const { records } = new InMemoryAuditStore(database);
    const key = { service: SERVICE, kind: 'decision', key: '000000000001' };
    const value = (await records.read(key))?.value.replace('because', 'edited') ?? '';
    await records.write({ ...key, value }, { ifVersion: 1 });
    expect(await passing(runtime, auditVerify(engine()))).toEqual({
      ok: false,
      inDecisions: true,
      seq: 1,
      fault: 'content does not match its hash',
    });
  });

  it('are refused with every fault at once', async () => {
    const refused = (request: Omit<IssueDecisionRequest, 'changeId'>, context: OperationContext) =>
      failureOf(decide(request, context)).then((error) => (error as InvalidRequestError).faults);
    expect(await refused({ kind: 'assign' }, {})).toEqual([
      { field: 'assignee', problem: expect.stringMatching(/, or empty, not undefined/) as string },
      { field: 'actor', problem: expect.stringMatching(/must be given/) as string },
    ]);
    expect(await refused({ kind: 'comment' }, { actor: 'ann' })).toEqual([
      { field: 'reason', problem: expect.stringMatching(/must be given/) as string },
    ]);
    expect(await refused({ kind: 'snooze', until: 'soon' }, by('ann'))).toEqual([
      { field: 'until', problem: expect.stringMatching(/must be a date/) as string },
    ]);
    expect(await refused({ kind: 'propose' }, by('ann'))).toEqual([
      {
        field: 'resolution',
        problem: expect.stringMatching(/one of EXECUTED, ROLLED_BACK, UNDONE/) as string,
      },
    ]);
    expect(await refused({ kind: 'toString' as 'comment' }, by('ann'))).toMatchObject([{ field: 'kind' }]);
  });

  it('cannot put off a reminder to a time that is over', async () => {
    expect(await failureOf(decide({ kind: 'snooze', until: new Date(0) }))).toBeInstanceOf(
      DecisionRefusedError,
    );
  });

  describe('that others have to approve', () => {
    it('lets nobody fix it alone', async () => {
      expect(await failureOf(fix(1))).toMatchObject({ missing: 1, resolution: 'EXECUTED' });
      await decide({ kind: 'propose', resolution: 'EXECUTED' }, by('ann'));
      expect(await failureOf(fix(1))).toBeInstanceOf(ResolutionUnapprovedError);
      await decide({ kind: 'approve' }, by('bob'));
      expect((await work()).proposal).toMatchObject({
        resolution: 'EXECUTED',
        by: 'ann',
        approvedBy: [{ by: 'bob' }],
        rejectedBy: [],
      });
      expect(await fix(1)).toMatchObject({ state: 'MANUAL_MARKED_AS_EXECUTED' });
    });

    it.each([
      ['the one who proposed it', by('Ann '), /another person has to/],
      ['an agent', { actor: { kind: 'agent', name: 'helper' }, reason: 'sure' }, /only a human may/],
      ['a pipeline', { actor: { kind: 'ci', name: 'deploy' }, reason: 'sure' }, /only a human may/],
    ] as const)('takes no approval of %s', async (_, context, why) => {
      await decide({ kind: 'propose', resolution: 'EXECUTED' }, by('ann'));
      const error = await failureOf(decide({ kind: 'approve' }, context));
      expect(error).toBeInstanceOf(DecisionRefusedError);
      expect((error as Error).message).toMatch(why);
      expect(await failureOf(fix(1))).toBeInstanceOf(ResolutionUnapprovedError);
    });

    it('takes a proposal of an agent', async () => {
      await decide(
        { kind: 'propose', resolution: 'EXECUTED' },
        { actor: { kind: 'agent', name: 'helper' }, reason: 'it looks done' },
      );
      await decide({ kind: 'approve' }, by('bob'));
      expect(await fix(1)).toMatchObject({ state: 'MANUAL_MARKED_AS_EXECUTED' });
    });

    it('counts each person once, and not where one rejects it', async () => {
      await decide({ kind: 'propose', resolution: 'EXECUTED' }, by('ann'));
      await decide({ kind: 'approve' }, by('bob'));
      await decide({ kind: 'approve' }, by('BOB'));
      expect(await failureOf(fix(2))).toMatchObject({ missing: 1 });
      await decide({ kind: 'approve' }, by('cleo'));
      await decide({ kind: 'reject' }, by('dan'));
      expect(await failureOf(fix(2))).toBeInstanceOf(ResolutionUnapprovedError);
      await decide({ kind: 'withdraw' }, { actor: 'dan' });
      expect(await fix(2)).toMatchObject({ state: 'MANUAL_MARKED_AS_EXECUTED' });
    });

    it('does not count what was said about another resolution, or an earlier proposal', async () => {
      await decide({ kind: 'propose', resolution: 'ROLLED_BACK' }, by('ann'));
      await decide({ kind: 'approve' }, by('bob'));
      expect(await failureOf(fix(1))).toBeInstanceOf(ResolutionUnapprovedError);
      await decide({ kind: 'propose', resolution: 'EXECUTED' }, by('ann'));
      expect(await failureOf(fix(1))).toBeInstanceOf(ResolutionUnapprovedError);
    });

    it('does not count what was said before it failed once more', async () => {
      await decide({ kind: 'propose', resolution: 'EXECUTED' }, by('ann'));
      await decide({ kind: 'approve' }, by('bob'));
      await passing(
        runtime,
        auditFix(engine(), { changeId: 'publish', resolution: 'ROLLED_BACK' }, { signal: signal() }),
      );
      await failureOf(run());
      expect(await failureOf(fix(1))).toMatchObject({ missing: 1 });
    });

    it('needs a proposal first', async () => {
      const error = await failureOf(decide({ kind: 'approve' }, by('bob')));
      expect((error as Error).message).toMatch(/nothing is proposed about it as it is now/);
    });
  });
});

describe('decisions about an applied change', () => {
  beforeEach(async () => {
    broken = false;
    await run();
  });

  it('are about its undo', async () => {
    const revert = () =>
      passing(runtime, undo(engine(1), { changeId: 'publish' }, { actor: 'bob', signal: signal() }));
    expect(await failureOf(revert())).toMatchObject({ resolution: 'UNDONE', missing: 1 });
    expect(undone).toBe(0);
    await decide({ kind: 'propose', resolution: 'UNDONE' }, by('ann'));
    await decide({ kind: 'approve' }, by('bob'));
    expect(await revert()).toMatchObject({ status: 'undone' });
    expect(undone).toBe(1);
  });

  it('are none where nothing is to be done about it', async () => {
    expect(await failureOf(decide({ kind: 'comment' }))).toBeInstanceOf(NoIssueError);
    expect(await failureOf(decide({ kind: 'propose', resolution: 'EXECUTED' }))).toBeInstanceOf(NoIssueError);
  });
});
