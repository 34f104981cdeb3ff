import { InMemoryAuditStore, InMemoryDatabase, ManualRuntime } from '@nestjs-flamingock/testing';
import { AuditTamperedError } from '../audit/audit.errors.js';
import type { Evidence, EvidenceAnchor } from '../evidence/anchor.js';
import { NoEvidenceKeyError, NothingToSignError } from '../evidence/evidence.errors.js';
import { keySigner } from '../evidence/signer.js';
import { aChange, changeMethod } from '../fixtures/changes.js';
import { anEngine } from '../fixtures/engines.js';
import { aKeyPair, memoryAnchor } from '../fixtures/evidence.js';
import { failureOf, passing, SERVICE } from '../fixtures/runs.js';
import { auditVerify } from './audit-verify.js';
import { execute } from './execute.js';
import { signHead } from './head-sign.js';
import { redo } from './redo.js';

const { key, publicKey } = aKeyPair();
let runtime: ManualRuntime;
let database: InMemoryDatabase;
let anchor: ReturnType<typeof memoryAnchor>;

beforeEach(() => {
  runtime = new ManualRuntime();
  database = new InMemoryDatabase({ now: runtime.wallMs });
  anchor = memoryAnchor();
});

const engine = (count: number, evidence: Evidence | undefined = signing(anchor)) =>
  anEngine({
    store: new InMemoryAuditStore(database.connect()),
    runtime,
    changes: ['a', 'b', 'c'].slice(0, count).map((id, index) => aChange({ id, order: `000${index}` })),
    settings: { evidence, development: { isOn: true, why: 'a test says so' } },
  });
const signing = (...anchors: EvidenceAnchor[]): Evidence => ({ signer: keySigner(key), anchors });
const run = (count: number, evidence?: Evidence) =>
  passing(runtime, execute(engine(count, evidence), new AbortController().signal));
const verify = (statements = anchor.text()) => auditVerify(engine(3), { signed: { statements, publicKey } });

/** What the database had before something was written. */
async function copied(): Promise<() => Promise<void>> {
  const { rows, head } = await database.write('backup', ({ entries, heads }) => ({
    rows: [...(entries.get(SERVICE) ?? [])],
    head: heads.get(SERVICE)!,
  }));
  return () =>
    database.write('restore', ({ entries, heads }) => {
      entries.set(SERVICE, rows);
      heads.set(SERVICE, head);
    });
}

describe('a run', () => {
  it('signs where it has left the history, once', async () => {
    const report = await run(2);
    expect(anchor.kept).toMatchObject([
      { service: SERVICE, ...report.head, executionId: report.executionId, keyId: keySigner(key).keyId },
    ]);
    expect(report.signedHead).toEqual(anchor.kept[0]?.envelope);
    expect(report.warnings).toEqual([]);
  });

  it('that records nothing signs nothing', async () => {
    await run(2);
    expect((await run(2)).signedHead).toBeUndefined();
    expect(anchor.kept).toHaveLength(1);
  });

  it('signs what a failure has recorded', async () => {
    const failing = anEngine({
      store: new InMemoryAuditStore(database.connect()),
      runtime,
      changes: [aChange({ id: 'a', execution: changeMethod(() => Promise.reject(new Error('no'))) })],
      settings: { evidence: signing(anchor) },
    });
    await failureOf(passing(runtime, execute(failing, new AbortController().signal)));
    expect(anchor.kept).toHaveLength(1);
  });

  it('does not fail where nothing can be signed or kept, and warns', async () => {
    const away = { name: 'vault', keep: () => Promise.reject(new Error('away')) };
    expect((await run(1, signing(away))).warnings.join()).toContain('was not kept in vault');
    const mute = { keyId: 'kms', sign: () => Promise.reject(new Error('no rights')) };
    const { status, warnings, signedHead } = await run(2, { signer: mute, anchors: [anchor] });
    expect({ status, signedHead }).toEqual({ status: 'applied', signedHead: undefined });
    expect(warnings.join()).toContain('the head of the history is not signed: SigningFailedError');
  });

  it('publishes what it has signed', async () => {
    const engineOfOne = engine(1);
    await passing(runtime, execute(engineOfOne, new AbortController().signal));
    const { published } = engineOfOne.events;
    expect(published.filter(({ name }) => name === 'head.signed')).toMatchObject([
      { event: { service: SERVICE, head: anchor.kept[0] } },
    ]);
  });
});

describe('an operation', () => {
  it('signs where it has left the history, and tells what did not work', async () => {
    await run(1);
    const away = { name: 'vault', keep: () => Promise.reject(new Error('away')) };
    const redoing = engine(1, signing(anchor, away));
    await passing(runtime, redo(redoing, { changeId: 'a' }, { signal: new AbortController().signal }));
    expect(anchor.kept.length).toBeGreaterThan(1);
    const told = redoing.events.published.filter(({ name }) => name === 'operation.untidy');
    expect(told[0]?.event).toMatchObject({
      service: SERVICE,
      warning: expect.stringContaining('was not kept in vault') as string,
    });
  });
});

describe('signing on demand', () => {
  it('says where the history ends now, on the clock of the audit store', async () => {
    const { head: end, executionId } = await run(2);
    await runtime.advance(1_000);
    const { head, failures } = await signHead(engine(2));
    expect(head).toMatchObject({ ...end, executionId, createdAt: new Date(runtime.wallMs()).toISOString() });
    expect(failures).toEqual([]);
    expect(anchor.kept.at(-1)).toEqual(head);
  });

  it('is refused without a key, and without a history', async () => {
    const without = { ...engine(1), settings: { ...engine(1).settings, evidence: undefined } };
    expect(await failureOf(signHead(without))).toBeInstanceOf(NoEvidenceKeyError);
    expect(await failureOf(signHead(engine(1)))).toBeInstanceOf(NothingToSignError);
  });

  it('vouches for no entry that is not as it was written', async () => {
    await run(2);
    await database.write('tamper', ({ entries }) => {
      const rows = entries.get(SERVICE) ?? [];
      entries.set(SERVICE, [...rows.slice(0, -1), { ...rows.at(-1)!, author: 'eve' }]);
    });
    expect(await failureOf(signHead(engine(2)))).toBeInstanceOf(AuditTamperedError);
  });
});

describe('a history', () => {
  it('still has the heads that were signed', async () => {
    await run(1);
    await run(3);
    const verification = await verify();
    expect(verification).toMatchObject({ ok: true, entries: 6, signedHeads: [{ seq: 2 }, { seq: 6 }] });
  });

  it('that was restored from a backup says where it was cut', async () => {
    await run(1);
    const restore = await copied();
    await run(3);
    await restore();
    expect(await auditVerify(engine(3))).toMatchObject({ ok: true });
    expect(await verify()).toEqual({
      ok: false,
      seq: 3,
      fault: `and all up to entry 6 are missing, though the head that was signed at ${anchor.kept[1]?.createdAt} names entry 6`,
      heldUntil: {
        seq: 2,
        hash: anchor.kept[0]?.hash,
        createdAt: anchor.kept[0]?.createdAt,
        keyId: keySigner(key).keyId,
      },
    });
  });

  it('that was restored and went on says where it was rewritten', async () => {
    await run(1);
    const restore = await copied();
    await run(3);
    await restore();
    await runtime.advance(60_000);
    await run(3);
    expect(await verify()).toMatchObject({
      ok: false,
      seq: 6,
      changeId: 'c',
      fault: expect.stringMatching(/^is not the entry that the head that was signed at .* names/) as string,
      heldUntil: { seq: 2 },
    });
  });
});
