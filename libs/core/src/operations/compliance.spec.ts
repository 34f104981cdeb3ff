import { InMemoryAuditStore, InMemoryDatabase, ManualRuntime } from '@nestjs-flamingock/testing';
import type { AuditEntry } from '../audit/audit-entry.js';
import type { ChangeDescriptor } from '../change/change-descriptor.js';
import { keySigner } from '../evidence/signer.js';
import { aChange, changeMethod } from '../fixtures/changes.js';
import { anEngine } from '../fixtures/engines.js';
import { aKeyPair, memoryAnchor } from '../fixtures/evidence.js';
import { failureOf, passing, SERVICE } from '../fixtures/runs.js';
import { ChangeSource } from '../change/fingerprint.js';
import { decideChange } from './approvals.js';
import { auditFix } from './audit-fix.js';
import { compliance, type ComplianceItem, type ComplianceSummary } from './compliance.js';
import type { ComplianceChange } from './compliance-change.js';
import type { ComplianceRequest } from './compliance-request.js';
import { execute } from './execute.js';
import { type InvalidRequestError } from './operation.errors.js';
import { undo } from './undo.js';

const { key, publicKey } = aKeyPair();
const signal = new AbortController().signal;
let runtime: ManualRuntime;
let database: InMemoryDatabase;
const anchor = memoryAnchor();

beforeEach(() => {
  runtime = new ManualRuntime();
  database = new InMemoryDatabase({ now: runtime.wallMs });
  anchor.kept.length = 0;
});

const failing = changeMethod(() => Promise.reject(new Error('no disk')));
const [a, b] = [
  aChange({ id: 'a', order: '0001', rollback: changeMethod(() => undefined, 'rollback') }),
  aChange({ id: 'b', order: '0002' }),
];
const engine = (...changes: ChangeDescriptor[]) =>
  anEngine({
    store: new InMemoryAuditStore(database.connect()),
    runtime,
    changes,
    settings: { evidence: { signer: keySigner(key), anchors: [anchor] } },
  });
const run = (...changes: ChangeDescriptor[]) => passing(runtime, execute(engine(...changes), signal));
const by = (reason: string) => ({ actor: { kind: 'ci', name: 'anna', via: 'cli' }, reason, signal }) as const;

async function report(
  request: ComplianceRequest = {},
  changes = [a, b],
): Promise<{ items: ComplianceItem[]; changes: ComplianceChange[]; summary: ComplianceSummary }> {
  const items: ComplianceItem[] = [];
  for await (const item of compliance(engine(...changes), request)) items.push(item);
  const summary = items.at(-1) as ComplianceSummary;
  return { items, changes: items.filter((item) => item.kind === 'change'), summary };
}

describe('a compliance report', () => {
  it('says who did what, where, when and how it ended, once for each thing that was done', async () => {
    const { executionId } = await run(a);
    const { items, changes } = await report({ control: 'soc2' });
    expect(items[0]).toMatchObject({
      kind: 'header',
      service: SERVICE,
      control: { id: 'soc2', references: [{ requirement: 'CC8.1' }] },
    });
    expect(changes).toEqual([
      {
        kind: 'change',
        firstSeq: 1,
        lastSeq: 2,
        changeId: 'a',
        stage: 'main',
        order: '0001',
        targetSystem: 'files',
        author: 'team-inventory',
        operation: 'EXECUTE',
        outcome: 'EXECUTED',
        startedAt: '2024-01-01T00:00:00.000Z',
        endedAt: '2024-01-01T00:00:00.000Z',
        durationMs: 0,
        executionId,
        host: runtime.host,
        tickets: [],
        approvals: [],
        rollbackPlan: 'rollback-method',
        exceptions: [],
      },
    ]);
  });

  it('has the test run of the code that was executed or undone, where settings say one', async () => {
    const tested = { ...engine(a, b), settings: { ...engine().settings, tests: 'https://ci.example.com/7' } };
    await passing(runtime, execute(tested, signal));
    await passing(runtime, undo(tested, { changeId: 'a' }, by('wrong')));
    await run(a, b);
    const { changes } = await report();
    expect(changes.map(({ changeId, operation, tests }) => [changeId, operation, tests])).toEqual([
      ['a', 'EXECUTE', 'https://ci.example.com/7'],
      ['b', 'EXECUTE', 'https://ci.example.com/7'],
      ['a', 'UNDO', 'https://ci.example.com/7'],
      ['a', 'EXECUTE', undefined],
    ]);
  });

  it('proves that it is all: numbers without a gap, the chain, and the heads that were signed', async () => {
    await run(a, b);
    const { summary } = await report({ signed: { statements: anchor.text(), publicKey } });
    expect(summary).toMatchObject({
      changes: 2,
      entries: 4,
      firstSeq: 1,
      lastSeq: 4,
      contiguous: true,
      exceptions: {},
      edited: [],
      verification: { ok: true, entries: 4, signedHeads: [{ seq: 4 }] },
    });
  });

  it('marks what an auditor looks at first', async () => {
    const broken = { ...b, execution: failing };
    await failureOf(run(a, broken));
    await passing(
      runtime,
      auditFix(engine(a, b), { changeId: 'b' }, by('SHOP-12: it is out, see SHOP-12, UTF-8')),
    );
    await passing(runtime, undo(engine(a, b), { changeId: 'a' }, by('wrong prices')));
    const { changes, summary } = await report();
    expect(
      changes.map(({ changeId, operation, outcome, exceptions }) => [
        changeId,
        operation,
        outcome,
        exceptions,
      ]),
    ).toEqual([
      ['a', 'EXECUTE', 'EXECUTED', []],
      ['b', 'EXECUTE', 'EXECUTION_FAILED', ['failed']],
      ['b', 'FIX', 'MANUAL_MARKED_AS_EXECUTED', ['manual-fix']],
      ['a', 'UNDO', 'ROLLED_BACK', ['undone']],
    ]);
    expect(changes[1]?.error).toContain('no disk');
    expect(changes[2]).toMatchObject({
      actor: { kind: 'ci', name: 'anna', via: 'cli' },
      reason: 'SHOP-12: it is out, see SHOP-12, UTF-8',
      tickets: ['SHOP-12'],
    });
    expect(summary.exceptions).toEqual({ failed: 1, 'manual-fix': 1, undone: 1 });
  });

  it('marks what never ended', async () => {
    const stopped = { ...b, execution: changeMethod(() => new Promise(() => undefined)) };
    const running = execute(engine(stopped), signal);
    running.catch(() => undefined);
    await runtime.advance(100);
    const { changes } = await report({}, [b]);
    expect(changes).toMatchObject([{ outcome: 'STARTED', exceptions: ['unfinished'], rollbackPlan: 'none' }]);
  });

  it('tells of each attempt by itself', async () => {
    await failureOf(run({ ...a, execution: failing }));
    await runtime.advance(60_000);
    await run(a);
    const { changes } = await report();
    expect(changes.map(({ outcome, firstSeq, lastSeq }) => [outcome, firstSeq, lastSeq])).toEqual([
      ['ROLLED_BACK', 1, 3],
      ['EXECUTED', 4, 5],
    ]);
  });

  it('says who approved a change, how long before, and what ran without', async () => {
    const source = new ChangeSource(() => ['() => publish()']);
    const needy = ['a', 'b'].map((id) => aChange({ id, order: id, approval: { count: 1 }, source }));
    const approve = { kind: 'approve', changeId: 'a' } as const;
    await passing(runtime, decideChange(engine(...needy), approve, { actor: 'eva', reason: 'read it' }));
    await runtime.advance(60_000);
    const { settings, ...rest } = engine(...needy);
    const forced = { ...settings, approvals: { ...settings.approvals, emergency: 'shop is down' } };
    await passing(runtime, execute({ ...rest, settings: forced }, new AbortController().signal));
    const { changes } = await report({}, needy);
    const [first, second] = changes;
    expect(first?.approvals).toEqual([
      { by: 'eva', at: expect.any(String) as string, beforeMs: expect.any(Number) as number },
    ]);
    expect(first?.approvals[0]?.beforeMs).toBeGreaterThanOrEqual(60_000);
    expect(second).toMatchObject({ approvals: [], emergency: 'shop is down', exceptions: ['emergency'] });
  });

  it('has what began in its period, so that no two periods have it', async () => {
    await run(a);
    await runtime.advance(86_400_000);
    await run(a, b);
    const first = await report({ to: '2024-01-01' });
    const second = await report({ from: '2024-01-02' });
    expect(first.changes.map(({ changeId }) => changeId)).toEqual(['a']);
    expect(second.changes.map(({ changeId }) => changeId)).toEqual(['b']);
    expect(second.summary).toMatchObject({ firstSeq: 3, lastSeq: 4, contiguous: true });
    expect(second.items[0]).toMatchObject({ from: '2024-01-02T00:00:00.000Z' });
    expect((await report({ from: '2030-01-01' })).summary).toMatchObject({
      changes: 0,
      entries: 0,
      contiguous: true,
    });
  });

  it('tells of applied changes that were edited, as they are now', async () => {
    await run(a, b);
    const { summary } = await report({}, [a, { ...b, author: 'bob' }]);
    expect(summary.edited).toEqual([{ changeId: 'b', differences: ['author "team-inventory", now "bob"'] }]);
  });

  it('asks applied changes whether they are still there, if it is told to', async () => {
    await run(a, b);
    expect((await report()).summary.drift).toBeUndefined();
    expect((await report({ drift: true })).summary.drift).toEqual({
      service: SERVICE,
      asked: 0,
      unasked: ['a', 'b'],
      drifted: [],
    });
  });

  it('says that it is not proven to be all where an entry was altered, and lists what is there', async () => {
    await run(a, b);
    await database.write('tamper', ({ entries }) => {
      const rows = (entries.get(SERVICE) ?? []) as AuditEntry[];
      entries.set(
        SERVICE,
        rows.map((row) => (row.seq === 2 ? { ...row, hostname: 'eve' } : row)),
      );
    });
    const { changes, summary } = await report();
    expect(changes).toHaveLength(2);
    expect(summary.verification).toMatchObject({
      ok: false,
      seq: 2,
      fault: 'content does not match its hash',
    });
  });

  it('is refused before anything is read', async () => {
    const error = await failureOf(report({ from: 'a', to: 'b' }));
    expect((error as InvalidRequestError).faults).toHaveLength(2);
    expect(String(await failureOf(report({ signed: { statements: 'x', publicKey } })))).toContain('line 1');
  });

  it('of no history has nothing, and proves nothing', async () => {
    expect((await report()).summary).toMatchObject({ changes: 0, verification: { ok: false, absent: true } });
  });
});
