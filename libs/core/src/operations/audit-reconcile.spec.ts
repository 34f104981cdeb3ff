import {
  InMemoryAuditStore,
  InMemoryDatabase,
  InMemoryTable,
  InMemoryTargetSystem,
  ManualRuntime,
} from '@nestjs-flamingock/testing';
import { AuditTamperedError } from '../audit/audit.errors.js';
import type { AuditEntry } from '../audit/audit-entry.js';
import { aChange, changeMethod } from '../fixtures/changes.js';
import { anEngine } from '../fixtures/engines.js';
import { failureOf, passing, SERVICE, statesOf } from '../fixtures/runs.js';
import { LostWritesError } from '../recovery/lost-writes.error.js';
import { auditReconcile, type AuditReconcileRequest } from './audit-reconcile.js';
import { auditVerify } from './audit-verify.js';
import type { OperationContext } from './operation-context.js';
import { execute } from './execute.js';
import { ReconcileRefusedError } from './operation.errors.js';

let runtime: ManualRuntime;
let audit: InMemoryDatabase;
let target: InMemoryDatabase;

beforeEach(() => {
  runtime = new ManualRuntime();
  audit = new InMemoryDatabase({ now: runtime.wallMs });
  target = new InMemoryDatabase({ now: runtime.wallMs });
});

const signal = () => new AbortController().signal;
/** A build of the application that has the changes of these ids, each of which counts its executions in the target. */
const build = (...ids: string[]) => {
  const system = new InMemoryTargetSystem('db', target.connect());
  const changes = ids.map((id, index) =>
    aChange({
      id,
      order: `000${index + 1}`,
      target: system,
      transactional: true,
      execution: changeMethod(async ({ handles }) => {
        const table = handles.get(InMemoryTable) as InMemoryTable;
        await table.set(id, Number((await table.get(id)) ?? 0) + 1);
      }),
    }),
  );
  return anEngine({ store: new InMemoryAuditStore(audit.connect()), runtime, changes });
};
const start = (...ids: string[]) => passing(runtime, execute(build(...ids), signal()));
const reconcile = (ids: string[], request: AuditReconcileRequest = {}, context: OperationContext = {}) =>
  passing(runtime, auditReconcile(build(...ids), request, { ...context, signal: signal() }));
const effects = async () =>
  Object.fromEntries((await new InMemoryTable(target).entries()) as [string, number][]);
const states = () => statesOf(new InMemoryAuditStore(audit));
/** The heartbeat of a process that hangs goes on: as if it were dead. */
const lockEnds = async () => {
  const { lock } = new InMemoryAuditStore(audit);
  const held = await lock.read(SERVICE);
  if (held) await lock.release(held);
};
const verify = (...ids: string[]) => auditVerify(build(...ids));

describe('an audit store that was set back', () => {
  beforeEach(async () => {
    await start('a');
    const backup = audit.snapshot();
    await start('a', 'b');
    await start('a', 'b', 'c');
    audit.restore(backup);
  });

  it('is found at every start, and heals by none', async () => {
    for (let restart = 0; restart < 5; restart += 1) {
      expect(await failureOf(start('a', 'b', 'c'))).toBeInstanceOf(LostWritesError);
    }
    expect(await effects()).toEqual({ a: 1, b: 1, c: 1 });
  });

  it('is shown with every change in question, and nothing is written', async () => {
    const before = audit.snapshot();
    expect(await reconcile(['a', 'b', 'c'])).toEqual({
      lostWrites: [{ targetSystem: 'db', lostBy: 'audit-store', recorded: 1, found: 3, changeIds: [] }],
      broken: [],
      inQuestion: ['b', 'c'].map((changeId) => ({
        changeId,
        targetSystem: 'db',
        reason: expect.stringContaining('audit store has lost writes'),
      })),
      recorded: [],
    });
    expect(audit.snapshot()).toEqual(before);
  });

  it('goes on once somebody has said what the target has', async () => {
    const findings = { executed: ['b', 'c'], rolledBack: ['d'] };
    const ann = { actor: 'ann', reason: 'restored from the backup of Monday' };
    const result = await reconcile(['a', 'b', 'c', 'd'], findings, ann);
    expect(result.recorded).toEqual([
      { changeId: 'b', state: 'MANUAL_MARKED_AS_EXECUTED' },
      { changeId: 'c', state: 'MANUAL_MARKED_AS_EXECUTED' },
      { changeId: 'd', state: 'MANUAL_MARKED_AS_ROLLED_BACK' },
    ]);
    const last = (await new InMemoryAuditStore(audit).readSnapshot(SERVICE)).find(
      ({ changeId }) => changeId === 'b',
    );
    expect(last).toMatchObject({ operation: 'FIX', metadata: { by: 'ann', reason: /backup/ } });
    await start('a', 'b', 'c', 'd');
    expect(await effects()).toEqual({ a: 1, b: 1, c: 1, d: 1 });
    expect(await reconcile(['a', 'b', 'c', 'd'])).toMatchObject({ lostWrites: [], inQuestion: [] });
    expect(await verify('a', 'b', 'c', 'd')).toMatchObject({ ok: true, accepted: [] });
  });

  it('takes one finding for all others', async () => {
    await reconcile(['a', 'b', 'c'], { rolledBack: ['c'], others: 'EXECUTED' });
    expect((await states()).slice(-2)).toEqual([
      'b MANUAL_MARKED_AS_EXECUTED',
      'c MANUAL_MARKED_AS_ROLLED_BACK',
    ]);
  });

  it('takes no findings that leave a change out, name another one, or contradict each other', async () => {
    const before = await states();
    const error = await failureOf(reconcile(['a', 'b', 'c'], { executed: ['a', 'b'], rolledBack: ['b'] }));
    expect(error).toBeInstanceOf(ReconcileRefusedError);
    expect((error as ReconcileRefusedError).refusals).toEqual([
      '"b" is there with both findings',
      '"a" is not in question',
      '"c" is in question, and has no finding',
    ]);
    expect(await states()).toEqual(before);
    expect(await failureOf(start('a', 'b', 'c'))).toBeInstanceOf(LostWritesError);
  });
});

describe('a reconciliation that is cut off', () => {
  it.each(['claimHead', 'append'])(
    'at %s leaves a start that still finds what was lost',
    async (statement) => {
      await start('a');
      const backup = audit.snapshot();
      await start('a', 'b', 'c');
      await start('a', 'b', 'c', 'd');
      audit.restore(backup);
      const dying = async (sent: string, leg: string) => {
        if (sent === statement && leg === 'answer') await new Promise<never>(() => undefined);
      };
      const engine = { ...build('a', 'b', 'c', 'd'), store: new InMemoryAuditStore(audit.connect(dying)) };
      void auditReconcile(engine, { others: 'EXECUTED' }, { signal: signal() });
      await runtime.advance(60_000);
      await lockEnds();
      expect(await failureOf(start('a', 'b', 'c', 'd'))).toBeInstanceOf(LostWritesError);
      await reconcile(['a', 'b', 'c', 'd'], { others: 'EXECUTED' });
      await start('a', 'b', 'c', 'd');
      expect(await effects()).toEqual({ a: 1, b: 1, c: 1, d: 1 });
    },
  );
});

describe('a target system that was set back', () => {
  it('is found, and its lost changes are those in question', async () => {
    await start('a');
    const backup = target.snapshot();
    await start('a', 'b', 'c');
    target.restore(backup);
    expect(await failureOf(start('a', 'b', 'c', 'd'))).toBeInstanceOf(LostWritesError);
    expect(await reconcile(['a', 'b', 'c', 'd'])).toMatchObject({
      lostWrites: [{ targetSystem: 'db', lostBy: 'target-system', recorded: 2, found: 1 }],
      inQuestion: [
        { changeId: 'b', state: 'EXECUTED' },
        { changeId: 'c', state: 'EXECUTED' },
      ],
    });
    await reconcile(['a', 'b', 'c', 'd'], { others: 'ROLLED_BACK' });
    await start('a', 'b', 'c', 'd');
    expect(await effects()).toEqual({ a: 1, b: 1, c: 1, d: 1 });
  });

  it('back into the run before the last is asked about every change that it may have lost', async () => {
    await start('a');
    const backup = target.snapshot();
    await start('a', 'b');
    const { fences } = target.snapshot();
    await start('a', 'b', 'c');
    target.restore({ ...backup, fences });
    expect(await reconcile(['a', 'b', 'c'])).toMatchObject({
      lostWrites: [{ lostBy: 'target-system', recorded: 3, found: 2, changeIds: ['b'] }],
      inQuestion: [{ changeId: 'b' }, { changeId: 'c' }],
    });
  });

  it('is found where it was replaced by an empty one and nothing is pending', async () => {
    await start('a', 'b');
    await start('a', 'b');
    target.restore(new InMemoryDatabase().snapshot());
    expect(await failureOf(start('a', 'b'))).toBeInstanceOf(LostWritesError);
    await reconcile(['a', 'b'], { others: 'ROLLED_BACK' });
    await start('a', 'b');
    expect(await effects()).toEqual({ a: 1, b: 1 });
  });
});

describe('the end of the last run that was lost', () => {
  it('by the audit store alone is told by the markers', async () => {
    await start('a');
    const { heads, entries } = audit.snapshot();
    await start('a', 'b');
    const now = audit.snapshot();
    // The claims are kept, the entries are not.
    const { seq, hash, settled } = heads.get(SERVICE)!;
    now.heads.set(SERVICE, { ...now.heads.get(SERVICE)!, seq, hash, settled });
    audit.restore({ ...now, entries });
    for (let restart = 0; restart < 3; restart += 1) {
      const error = await failureOf(start('a', 'b'));
      expect(error).toBeInstanceOf(LostWritesError);
      expect((error as LostWritesError).findings).toMatchObject([
        { lostBy: 'audit-store', changeIds: ['b'] },
      ]);
    }
    expect(await reconcile(['a', 'b'])).toMatchObject({ inQuestion: [{ changeId: 'b' }] });
    await reconcile(['a', 'b'], { executed: ['b'] });
    await start('a', 'b', 'c');
    expect(await effects()).toEqual({ a: 1, b: 1, c: 1 });
  });

  it('by the target alone is told by the history', async () => {
    await start('a');
    const { rows, markers } = target.snapshot();
    await start('a', 'b');
    target.restore({ ...target.snapshot(), rows, markers });
    for (let restart = 0; restart < 3; restart += 1) {
      const error = await failureOf(start('a', 'b', 'c'));
      expect(error).toBeInstanceOf(LostWritesError);
      expect((error as LostWritesError).findings).toMatchObject([
        { lostBy: 'target-system', changeIds: ['b'] },
      ]);
    }
    expect(await reconcile(['a', 'b', 'c'])).toMatchObject({
      inQuestion: [{ changeId: 'b', state: 'EXECUTED' }],
    });
    await reconcile(['a', 'b', 'c'], { rolledBack: ['b'] });
    await start('a', 'b', 'c');
    expect(await effects()).toEqual({ a: 1, b: 1, c: 1 });
  });
});

describe('a lock that was emptied', () => {
  it('goes on above the token of the head', async () => {
    for (const ids of [['a'], ['a', 'b'], ['a', 'b', 'c']]) await start(...ids);
    audit.restore({ ...audit.snapshot(), locks: new Map() });
    await start('a', 'b', 'c', 'd');
    expect(audit.snapshot().locks.get(SERVICE)?.token).toBe(4);
    expect(await effects()).toEqual({ a: 1, b: 1, c: 1, d: 1 });
  });
});

describe('an entry that was changed', () => {
  const garble = (change: string, fields: Partial<AuditEntry>) => {
    const tables = audit.snapshot();
    const entries = tables.entries.get(SERVICE) ?? [];
    const last = entries.findLast(({ changeId }) => changeId === change);
    tables.entries.set(
      SERVICE,
      entries.map((entry) => (entry === last ? { ...entry, ...fields } : entry)),
    );
    audit.restore(tables);
  };

  it('can be accepted by a finding about its change, which is part of the chain', async () => {
    await start('a', 'b');
    garble('b', { author: 'JosÃ©' });
    expect(await failureOf(start('a', 'b', 'c'))).toBeInstanceOf(AuditTamperedError);
    expect(await verify('a', 'b')).toMatchObject({ ok: false, seq: 4, changeId: 'b' });
    expect(await reconcile(['a', 'b', 'c'])).toMatchObject({
      broken: [{ seq: 4, changeId: 'b', fault: 'content does not match its hash' }],
      inQuestion: [{ changeId: 'b', state: 'EXECUTED' }],
    });
    await reconcile(['a', 'b', 'c'], { executed: ['b'] });
    await start('a', 'b', 'c');
    expect(await effects()).toEqual({ a: 1, b: 1, c: 1 });
    expect(await verify('a', 'b', 'c')).toMatchObject({
      ok: true,
      accepted: [{ seq: 4, changeId: 'b', fault: 'content does not match its hash' }],
    });
  });

  it('is accepted as it was found then, and no other way', async () => {
    await start('a', 'b');
    garble('b', { author: 'JosÃ©' });
    await reconcile(['a', 'b'], { executed: ['b'] });
    const tables = audit.snapshot();
    const entries = tables.entries.get(SERVICE) ?? [];
    tables.entries.set(
      SERVICE,
      entries.map((entry) => (entry.seq === 4 ? { ...entry, author: 'mallory' } : entry)),
    );
    audit.restore(tables);
    expect(await verify('a', 'b')).toMatchObject({ ok: false, seq: 4 });
  });

  it('cannot be accepted where entries are missing', async () => {
    await start('a', 'b');
    const tables = audit.snapshot();
    tables.entries.set(
      SERVICE,
      (tables.entries.get(SERVICE) ?? []).filter(({ seq }) => seq !== 2),
    );
    audit.restore(tables);
    expect(await failureOf(reconcile(['a', 'b'], { others: 'EXECUTED' }))).toBeInstanceOf(AuditTamperedError);
  });
});

it('nothing lost and nothing broken is no question, and takes no finding', async () => {
  await start('a');
  expect(await reconcile(['a'])).toEqual({ lostWrites: [], broken: [], inQuestion: [], recorded: [] });
  expect(await failureOf(reconcile(['a'], { others: 'EXECUTED' }))).toBeInstanceOf(ReconcileRefusedError);
});
