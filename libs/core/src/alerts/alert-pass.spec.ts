import { InMemoryAuditStore, InMemoryDatabase, ManualRuntime } from '@nestjs-flamingock/testing';
import { RecoveryStrategy } from '../audit/recovery-strategy.js';
import type { ChangeDescriptor } from '../change/change-descriptor.js';
import { ChangeSource } from '../change/fingerprint.js';
import { aChange, changeMethod } from '../fixtures/changes.js';
import { anEngine, type EngineParts } from '../fixtures/engines.js';
import { failureOf, passing, SERVICE } from '../fixtures/runs.js';
import { decideChange, reviewEmergency } from '../operations/approvals.js';
import { auditFix } from '../operations/audit-fix.js';
import { auditVerify } from '../operations/audit-verify.js';
import { decideIssue } from '../operations/decide.js';
import { drift } from '../operations/drift.js';
import { execute } from '../operations/execute.js';
import type { Operation } from '../operations/operation-context.js';
import type { NewRecord, StoredRecord } from '../records/record-store.js';
import type { FlamingockEventMap } from '../reporting/flamingock.events.js';
import { alertId, type AlertCause, type AlertMessage } from './alert.js';
import type { AlertChannel, AlertSettings } from './alert-channel.js';
import type { AlertFact } from './alert-facts.js';
import { alertList, alertResend } from './alert-list.js';
import { alertPass } from './alert-pass.js';
import { UnknownAlertError } from './alert.errors.js';

const HOUR_MS = 3_600_000;

/** A receiver that keeps what it got, and fails as long as it is told to. */
class Receiver implements AlertChannel {
  readonly got: AlertMessage[] = [];
  calls = 0;
  failure: Error | undefined;
  answer: (() => Promise<void>) | undefined;

  constructor(readonly name = 'pager') {}

  async deliver(message: AlertMessage): Promise<void> {
    this.calls++;
    if (this.failure) throw this.failure;
    await this.answer?.();
    this.got.push(message);
  }

  get told(): string[] {
    return this.got.map(({ kind, subject, phase }) => `${kind} ${subject} ${phase}`);
  }
}

let runtime: ManualRuntime;
let database: InMemoryDatabase;
let pager: Receiver;
let broken: boolean;

beforeEach(() => {
  runtime = new ManualRuntime();
  database = new InMemoryDatabase({ now: runtime.wallMs });
  pager = new Receiver();
  broken = true;
});

const breaking = changeMethod(() => {
  if (broken) throw new TypeError('password=hunter2 was wrong');
});
const publish = (fields: Partial<ChangeDescriptor> = {}) => aChange({ execution: breaking, ...fields });
const engine = (changes = [publish()], settings: EngineParts['settings'] = {}) =>
  anEngine({ store: new InMemoryAuditStore(database), runtime, changes, settings });
const settings = (fields: Partial<AlertSettings> = {}): AlertSettings => ({
  channels: [pager],
  remindAfterMs: [HOUR_MS, 24 * HOUR_MS],
  retry: { attempts: 3, initialMs: 5_000, maxMs: 60_000 },
  timeoutMs: 10_000,
  intervalMs: 30_000,
  afterFailureMs: 10_000,
  link: undefined,
  ...fields,
});
const pass = (on = engine(), facts: readonly AlertFact[] = [], given = settings()) =>
  passing(runtime, alertPass(on, given, facts, new AbortController().signal));
const by = (name: string): Operation => ({
  actor: { kind: 'human', name },
  reason: 'looked',
  signal: new AbortController().signal,
});

/** A start, with what it lets its process learn. */
async function start(on = engine()): Promise<AlertFact[]> {
  const facts: AlertFact[] = [];
  const before = on.events.published.length;
  await passing(runtime, execute(on, new AbortController().signal)).catch(() => undefined);
  for (const { name, event } of on.events.published.slice(before)) {
    if (name === 'run.failed') facts.push({ what: 'failed', ...(event as FlamingockEventMap['run.failed']) });
    if (name === 'run.completed')
      facts.push({ what: 'completed', ...(event as FlamingockEventMap['run.completed']) });
    if (name === 'run.took-over')
      facts.push({ what: 'took-over', event: event as FlamingockEventMap['run.took-over'] });
  }
  return facts;
}

/** A start whose process dies in the middle of its change. */
async function die(on: ReturnType<typeof engine>): Promise<void> {
  void execute(on, new AbortController().signal).catch(() => undefined);
  await runtime.advance(100);
}

describe('an issue', () => {
  it('is told once, with what to do and no secret, however often it is found', async () => {
    for (let starts = 0; starts < 10; starts++) await pass(engine(), await start());
    expect(pager.told).toEqual(['issue publish opened']);
    const [message] = pager.got;
    expect(message).toMatchObject({ service: SERVICE, phase: 'opened', reminder: 0 });
    expect(message?.text).toContain('password=***');
    expect(JSON.stringify(message)).not.toContain('hunter2');
    expect(message?.guidance.join('\n')).toContain('audit fix -c publish --resolution EXECUTED');
    expect(message?.command).toContain('issue get -c publish --guidance');
    expect(message?.id).toMatch(/^issue-[0-9a-f]{32}-opened$/);
  });

  it('is told once by several instances that look at the same time', async () => {
    await start();
    await passing(
      runtime,
      Promise.all(
        Array.from({ length: 5 }, () => alertPass(engine(), settings(), [], new AbortController().signal)),
      ),
    );
    expect(pager.told).toEqual(['issue publish opened']);
  });

  it('is told to be resolved once, under the id of the same alert', async () => {
    await pass(engine(), await start());
    await passing(runtime, auditFix(engine(), { changeId: 'publish', resolution: 'EXECUTED' }, by('ann')));
    await pass();
    await pass();
    expect(pager.told).toEqual(['issue publish opened', 'issue publish resolved']);
    expect(new Set(pager.got.map(({ alertId }) => alertId)).size).toBe(1);
    expect(new Set(pager.got.map(({ id }) => id)).size).toBe(2);
    expect(pager.got[1]?.resolvedAt).toBeDefined();
    expect(await alertList(engine())).toMatchObject([{ kind: 'issue', deliveries: [{}, {}] }]);
  });

  it('is not told to be resolved where nobody was told of it', async () => {
    await pass(engine(), await start(), settings({ channels: [] }));
    await passing(runtime, auditFix(engine(), { changeId: 'publish', resolution: 'EXECUTED' }, by('ann')));
    await pass();
    await pass();
    expect(pager.got).toEqual([]);
  });

  it('is told again while it is open, once at each step', async () => {
    await pass(engine(), await start());
    for (const hours of [1, 1, 22, 1]) {
      await runtime.advance(hours * HOUR_MS);
      await pass();
    }
    expect(pager.got.map(({ phase, reminder }) => `${phase} ${reminder}`)).toEqual([
      'opened 0',
      'reminder 1',
      'reminder 2',
    ]);
  });

  it('is not told again while it is snoozed', async () => {
    await pass(engine(), await start());
    const until = new Date(runtime.wallMs() + 3 * HOUR_MS).toISOString();
    await passing(runtime, decideIssue(engine(), { kind: 'snooze', changeId: 'publish', until }, by('ann')));
    await runtime.advance(2 * HOUR_MS);
    await pass();
    expect(pager.got).toHaveLength(1);
    await runtime.advance(2 * HOUR_MS);
    await pass();
    expect(pager.got.map(({ phase }) => phase)).toEqual(['opened', 'reminder']);
  });

  it('is told also where there are more alerts than one query reads', async () => {
    const changes = Array.from({ length: 205 }, (_, at) =>
      publish({ id: `publish-${at}`, order: String(at).padStart(4, '0'), stage: `stage-${at}` }),
    );
    const stages = changes.map(({ stage }) => stage);
    const on = anEngine({
      store: new InMemoryAuditStore(database),
      runtime,
      changes,
      stages,
      settings: { onIssue: 'skip' },
    });
    await start(on);
    await pass(on);
    expect(new Set(pager.got.map(({ subject }) => subject)).size).toBe(205);
    expect(await alertList(on)).toHaveLength(205);
  });

  it('is told anew where somebody has made it unreadable, and others are not held up by that', async () => {
    await pass(engine(), await start());
    const { records } = new InMemoryAuditStore(database);
    const [record] = await records.list(SERVICE, 'alert');
    for (const value of ['no JSON', 'null', '{"kind":"issue"}']) {
      const latest = await records.read({ service: SERVICE, kind: 'alert', key: record?.key ?? '' });
      await records.write({ ...(record as NewRecord), value }, { ifVersion: latest?.version ?? 0 });
      await pass();
    }
    expect(new Set(pager.got.map(({ id }) => id)).size).toBe(1);
    expect(pager.got).toHaveLength(4);
  });

  it('is forgotten a month after it was resolved', async () => {
    await pass(engine(), await start());
    await passing(runtime, auditFix(engine(), { changeId: 'publish', resolution: 'EXECUTED' }, by('ann')));
    await pass();
    await runtime.advance(31 * 24 * HOUR_MS);
    await pass();
    expect(await alertList(engine())).toEqual([]);
    expect(pager.got).toHaveLength(2);
  });
});

describe('what else is told', () => {
  it('is a change that fails at each start and is rolled back, once, until it is applied', async () => {
    const change = () => engine([publish({ rollback: changeMethod(() => undefined, 'rollback') })]);
    for (let starts = 0; starts < 3; starts++) await pass(change(), await start(change()));
    expect(pager.told).toEqual(['run-failed publish opened']);
    broken = false;
    await pass(change(), await start(change()));
    expect(pager.told).toEqual(['run-failed publish opened', 'run-failed publish resolved']);
  });

  it('is a run that fails for another reason, until one is completed', async () => {
    broken = false;
    await start();
    const report = { changes: [] } as unknown as Extract<AlertFact, { what: 'failed' }>['report'];
    const failed = { what: 'failed', error: new TypeError('no idea'), report } as const;
    await pass(engine(), [failed]);
    await pass(engine(), [failed]);
    await pass();
    expect(pager.told).toEqual(['run-failed unknown opened']);
    await pass(engine(), await start());
    expect(pager.told.at(-1)).toBe('run-failed unknown resolved');
  });

  it('is a holder that was gone in the middle of a change that runs again by itself', async () => {
    const hanging = aChange({
      recovery: RecoveryStrategy.ALWAYS_RETRY,
      execution: changeMethod(() => new Promise(() => undefined)),
    });
    const dead = new ManualRuntime({ pid: 2 });
    const store = new InMemoryAuditStore(database);
    await die(anEngine({ store, runtime: dead, changes: [hanging] }));
    await dead.advance(100);
    await runtime.advance(60_000);
    broken = false;
    const on = () => engine([publish({ recovery: RecoveryStrategy.ALWAYS_RETRY })]);
    await pass(on(), await start(on()));
    await pass(on(), await start(on()));
    expect(pager.told).toEqual(['take-over publish opened']);
  });

  it('is an entry that was altered, until the history is verified', async () => {
    broken = false;
    await start();
    const table = new InMemoryAuditStore(database);
    const readHistory = table.readHistory.bind(table);
    table.readHistory = async function* (...query) {
      for await (const entry of readHistory(...query)) yield { ...entry, author: 'eve' };
    };
    const altered = anEngine({ store: table, runtime, changes: [publish()] });
    for (let looks = 0; looks < 2; looks++)
      await pass(engine(), [
        { what: 'verified', verification: await passing(runtime, auditVerify(altered)) },
      ]);
    expect(pager.told).toEqual(['history-tampered  opened']);
    await pass(engine(), [{ what: 'verified', verification: await passing(runtime, auditVerify(engine())) }]);
    expect(pager.told.at(-1)).toBe('history-tampered  resolved');
  });

  it('is a decision that was altered', async () => {
    await start();
    await passing(runtime, decideIssue(engine(), { kind: 'acknowledge', changeId: 'publish' }, by('ann')));
    const { records } = new InMemoryAuditStore(database);
    const key = { service: SERVICE, kind: 'decision', key: '000000000001' };
    const { value = '' } = (await records.read(key)) ?? {};
    await records.write({ ...key, value: value.replace('ann', 'eve') }, { ifVersion: 1 });
    await pass(engine(), [{ what: 'verified', verification: await passing(runtime, auditVerify(engine())) }]);
    expect(pager.told).toContain('ledger-tampered  opened');
  });

  it('is an applied change that is not there any more, until it is', async () => {
    broken = false;
    const on = (verdict: string) =>
      engine([
        publish({
          verification: { name: 'verify', always: false, ask: () => Promise.resolve(verdict) },
        }),
      ]);
    await start(on('applied'));
    await pass(on('partial'), [{ what: 'drift', report: await passing(runtime, drift(on('partial'))) }]);
    await pass(on('unknown'), [{ what: 'drift', report: await passing(runtime, drift(on('unknown'))) }]);
    expect(pager.told).toEqual(['drift publish opened']);
    await pass(on('applied'), [{ what: 'drift', report: await passing(runtime, drift(on('applied'))) }]);
    expect(pager.told).toEqual(['drift publish opened', 'drift publish resolved']);
  });

  it('is a change that waits for approval, until others have approved it', async () => {
    broken = false;
    const code = new ChangeSource(() => ['() => publish()']);
    const on = () => engine([publish({ source: code, approval: { count: 1 }, author: 'ann' })]);
    for (let starts = 0; starts < 2; starts++) await pass(on(), await start(on()));
    expect(pager.told).toEqual(['approval-wanted publish opened']);
    await passing(runtime, decideChange(on(), { kind: 'approve', changeId: 'publish' }, by('bob')));
    await pass(on());
    expect(pager.told.at(-1)).toBe('approval-wanted publish resolved');
  });

  it('is not said to be approved by an instance whose code has no such change', async () => {
    const on = engine([publish({ source: new ChangeSource(() => ['x']), approval: { count: 1 } })]);
    await pass(on, await start(on));
    await pass(engine([]));
    expect(pager.told).toEqual(['approval-wanted publish opened']);
  });

  it('is an emergency, until somebody has reviewed it', async () => {
    broken = false;
    const approvals = {
      require: [],
      directory: undefined,
      onUnapproved: 'fail',
      emergency: 'the shop is down',
    } as const;
    const change = publish({ source: new ChangeSource(() => ['x']), approval: { count: 1 } });
    const on = () => engine([change], { approvals });
    await pass(on(), await start(on()));
    await pass(on());
    expect(pager.told).toEqual(['emergency-run publish opened']);
    expect(pager.got[0]?.text).toContain('the shop is down');
    await passing(runtime, reviewEmergency(on(), 'publish', by('bob')));
    await pass(on());
    expect(pager.told.at(-1)).toBe('emergency-run publish resolved');
  });

  it('is a target system that is left alone', async () => {
    await start();
    const { records } = new InMemoryAuditStore(database);
    const circuit = { failures: 5, opened: 1, since: 1_000, until: 2_000, error: 'refused' };
    const key = { service: SERVICE, kind: 'circuit', key: 'files' };
    await records.write({ ...key, value: JSON.stringify(circuit) }, { ifVersion: 0 });
    await pass();
    await records.write({ ...key, value: JSON.stringify({ ...circuit, opened: 2 }) }, { ifVersion: 1 });
    await pass();
    expect(pager.told.filter((told) => told.startsWith('circuit'))).toEqual(['circuit-open files opened']);
    await records.remove(key, { ifVersion: 2 });
    await pass();
    expect(pager.told.at(-1)).toBe('circuit-open files resolved');
  });
});

describe('a delivery', () => {
  it('is tried again under the same id, later and later, until it is a dead letter that can be sent again', async () => {
    await start();
    pager.failure = new TypeError('token=abcdef is not known');
    const reports = [await pass()];
    expect((await pass()).attempts).toEqual([]);
    for (let tries = 1; tries < 3; tries++) {
      await runtime.advance(60_000);
      reports.push(await pass());
    }
    await runtime.advance(HOUR_MS / 2);
    expect((await pass()).attempts).toEqual([]);
    const attempts = reports.flatMap((report) => report.attempts);
    expect(attempts.map(({ isDead }) => isDead)).toEqual([false, false, true]);
    expect(new Set(attempts.map(({ id }) => id)).size).toBe(1);
    expect(attempts[0]?.error).toContain('token=***');
    const [dead] = await alertList(engine(), { dead: true });
    expect(dead?.deliveries).toMatchObject([
      { channel: 'pager', message: 'opened', state: 'dead', attempts: 3 },
    ]);

    pager.failure = undefined;
    expect(await alertResend(engine(), dead?.id ?? '', by('ann'))).toBe(1);
    expect(await alertList(engine())).toMatchObject([
      { resent: { at: expect.any(String), actor: { kind: 'human', name: 'ann' }, reason: 'looked' } },
    ]);
    await pass();
    expect(pager.got.map(({ id }) => id)).toEqual([attempts[0]?.id]);
    expect(await alertList(engine(), { dead: true })).toEqual([]);
    expect(await alertResend(engine(), dead?.id ?? '', by('ann'))).toBe(0);
    expect(await failureOf(alertResend(engine(), 'issue-none', by('ann')))).toBeInstanceOf(UnknownAlertError);
  });

  it('leaves a receiver alone for as long as it asks to be', async () => {
    await start();
    pager.failure = Object.assign(new TypeError('slow down'), { retryAfterMs: HOUR_MS });
    await pass();
    pager.failure = undefined;
    await runtime.advance(HOUR_MS / 2);
    expect((await pass()).waiting).toBe(1);
    await runtime.advance(HOUR_MS / 2);
    await pass();
    expect(pager.got).toHaveLength(1);
  });

  it('by one channel does not depend on another', async () => {
    await start();
    const mail = new Receiver('mail');
    pager.answer = () => new Promise(() => undefined);
    const both = settings({ channels: [pager, mail] });
    const report = await pass(engine(), [], both);
    expect(mail.told).toEqual(['issue publish opened']);
    expect(report.attempts.find(({ channel }) => channel === 'pager')?.error).toContain('within 10000 ms');
    await runtime.advance(60_000);
    await pass(engine(), [], both);
    expect([mail.calls, pager.calls]).toEqual([1, 2]);
  });

  it('is made by one instance at a time, and by another once that one is gone', async () => {
    await start();
    pager.answer = () => new Promise(() => undefined);
    const gone = new AbortController();
    void alertPass(engine(), settings({ timeoutMs: 600_000 }), [], gone.signal);
    await runtime.advance(1_000);
    pager.answer = undefined;
    const [kept] = await alertList(engine());
    expect(kept?.deliveries).toEqual([]);
    expect((await pass()).waiting).toBe(1);
    expect(pager.calls).toBe(1);
    await runtime.advance(700_000);
    await pass();
    expect(pager.got).toHaveLength(1);
  });

  it('that was broken off counts as none, and the next instance makes it at once', async () => {
    await start();
    pager.answer = () => new Promise(() => undefined);
    const ending = new AbortController();
    const brokenOff = alertPass(engine(), settings(), [], ending.signal);
    await runtime.advance(100);
    ending.abort();
    expect((await passing(runtime, brokenOff)).attempts).toEqual([]);
    pager.answer = undefined;
    await pass();
    expect(pager.got).toHaveLength(1);
  });

  it('has a link where there is one to be made', async () => {
    await start();
    await pass(engine(), [], settings({ link: ({ kind, subject }) => `https://ops/${kind}/${subject}` }));
    expect(pager.got[0]?.link).toBe('https://ops/issue/publish');
  });

  it('goes on without a link that cannot be made', async () => {
    await start();
    const link = () => {
      throw new TypeError('mine');
    };
    await pass(engine(), [], settings({ link }));
    expect(pager.got).toHaveLength(1);
  });
});

describe('rows of the outbox that somebody has forged', () => {
  const FORGED = [
    'null',
    '[]',
    '{"kind":"issue","deliveries":null}',
    '{"kind":"issue","deliveries":{}}',
    JSON.stringify({ ...row(), guidance: 'text' }),
    JSON.stringify({ ...row(), openedAt: 8.7e15 }),
    JSON.stringify({ ...row(), resolvedAt: '2030' }),
    JSON.stringify({ ...row(), lease: 'mine' }),
    JSON.stringify({ ...row(), resent: 'by me' }),
    JSON.stringify({ ...row(), resent: { at: 0, actor: 'me' } }),
    JSON.stringify({ ...row(), resent: { at: 0, reason: {} } }),
    JSON.stringify({ ...row(), deliveries: { pager: { opened: null } } }),
    JSON.stringify({ ...row(), deliveries: { pager: { opened: { attempts: 'x' } } } }),
  ];

  function row() {
    const texts = { kind: 'issue', subject: 'x', about: '1', title: 't', text: 't', command: 'c' };
    return { ...texts, guidance: ['look'], openedAt: 0, reminders: 0, deliveries: {} };
  }
  const put = (key: string, value: string) =>
    new InMemoryAuditStore(database).records.write(
      { service: SERVICE, kind: 'alert', key, value } satisfies NewRecord,
      { ifVersion: 0 },
    );

  it('keep no alert from being delivered', async () => {
    for (const [at, value] of FORGED.entries()) await put(`a-${at}`, value);
    await pass(engine(), await start());
    expect(pager.told).toEqual(['issue publish opened']);
  });

  it('tell nothing under an id that is not their own', async () => {
    await put('issue-forged', JSON.stringify(row()));
    await pass(engine(), await start());
    expect(pager.told).toEqual(['issue publish opened']);
    expect(await alertList(engine())).toHaveLength(1);
  });

  it('tell what they say once, on the channels of the settings and nowhere else', async () => {
    const forged = { ...row(), url: 'http://elsewhere', deliveries: { other: {} } };
    const id = alertId(SERVICE, forged as unknown as AlertCause);
    await put(id, JSON.stringify(forged));
    await pass(engine(), await start());
    await pass(engine(), await start());
    const told = pager.got.filter(({ alertId }) => alertId === id);
    expect(told.map(({ phase }) => phase)).toEqual(['opened', 'reminder']);
    expect(pager.told).toContain('issue publish opened');
  });

  it('change no word of what is wrong', async () => {
    await pass(engine(), await start(), settings({ channels: [] }));
    const { records } = new InMemoryAuditStore(database);
    const [record] = (await records.list(SERVICE, 'alert')) as [StoredRecord];
    const value = JSON.stringify({ ...JSON.parse(record.value), title: 'All is well', command: 'rm -r' });
    await records.write({ ...record, value }, { ifVersion: record.version });
    await pass();
    expect(pager.got).toMatchObject([
      { title: 'Change "publish" needs a manual check', command: expect.stringContaining('issue get') },
    ]);
  });
});
