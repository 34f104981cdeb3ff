import type { INestApplicationContext } from '@nestjs/common';
import {
  Change,
  Execution,
  FlamingockEvents,
  FlamingockService,
  TargetSystem,
  Verify,
  type ChangeClass,
  type ExecutionReport,
  type FlamingockSettings,
  type Verdict,
} from '@nestjs-flamingock/core';
import { InMemoryAuditStore, InMemoryDatabase } from '@nestjs-flamingock/testing';
import { diag, DiagLogLevel, trace, type DiagLogger } from '@opentelemetry/api';
import { create } from './fixtures/application.js';
import { AddColour, AddPrice, AddSku, PublishCatalog } from './fixtures/inventory.js';
import { attributesOf, OtlpReceiver, type ReceivedSpan } from './fixtures/otlp-receiver.js';
import { Sdk } from './fixtures/sdk.js';

const SERVICE = 'inventory';
const ERROR = 2;
const EMPTY: ExecutionReport = {
  service: SERVICE,
  executionId: 'x',
  status: 'stopped',
  changes: [],
  durationMs: 0,
  waitedMs: 0,
  warnings: [],
};

const receiver = await OtlpReceiver.open();
let sdk: Sdk;
let database: InMemoryDatabase;
let app: INestApplicationContext | undefined;
/** What happens to each request of the database. */
let onRequest: (statement: string) => Promise<void>;

beforeEach(() => {
  receiver.clear();
  sdk = new Sdk(receiver.url);
  onRequest = () => Promise.resolve();
  database = new InMemoryDatabase({
    network: (statement, leg) => (leg === 'request' ? onRequest(statement) : Promise.resolve()),
  });
});

afterEach(async () => {
  await app?.close();
  await sdk.stop();
});

afterAll(() => receiver.close());

async function made(
  changes: readonly ChangeClass[],
  settings: FlamingockSettings = {},
): Promise<FlamingockService> {
  await app?.close();
  app = await create(database, changes, settings);
  return app.get(FlamingockService);
}

/** Runs the changes, and has everything exported. */
async function run(changes: readonly ChangeClass[], settings: FlamingockSettings = {}): Promise<unknown> {
  const flamingock = await made(changes, settings);
  const result = await flamingock.execute().catch((error: unknown) => error);
  await sdk.flush();
  return result;
}

const names = () => receiver.spans.map(({ name }) => name).sort();
const isBelow = (inner: ReceivedSpan, outer: ReceivedSpan) =>
  inner.traceId === outer.traceId && inner.parentSpanId === outer.spanId;
const exceptionOf = (span: ReceivedSpan) =>
  span.events.filter(({ name }) => name === 'exception').map(attributesOf);

describe('a trace', () => {
  it.each(['each', 'auto'] as const)(
    'has a span for the run, one for each change, and below it what the change does, with commit: %s',
    async (commit) => {
      await run([AddSku, AddPrice], { commit });
      const runSpan = receiver.span('flamingock.run');
      const sku = receiver.span('flamingock.execute add-sku');
      const price = receiver.span('flamingock.execute add-price');
      expect(names()).toHaveLength(5);
      expect(runSpan.parentSpanId).toBeUndefined();
      expect([isBelow(sku, runSpan), isBelow(price, runSpan)]).toEqual([true, true]);
      expect(isBelow(receiver.span('INSERT sku'), sku)).toBe(true);
      expect(isBelow(receiver.span('INSERT price'), price)).toBe(true);
    },
  );

  it('says what the change is, what became of it, and where its audit entries are', async () => {
    await run([AddSku]);
    const entries = await historyOf();
    const last = entries.at(-1);
    expect(attributesOf(receiver.span('flamingock.execute add-sku'))).toEqual({
      'flamingock.service': SERVICE,
      'flamingock.execution.id': last?.executionId,
      'flamingock.stage': 'main',
      'flamingock.change.id': 'add-sku',
      'flamingock.operation': 'EXECUTE',
      'flamingock.target': 'inventory-db',
      'flamingock.result': 'executed',
      'flamingock.audit.seq': 2,
      'flamingock.audit.hash': last?.hash,
    });
    expect(attributesOf(receiver.span('flamingock.run'))).toEqual({
      'flamingock.service': SERVICE,
      'flamingock.execution.id': last?.executionId,
      'flamingock.status': 'applied',
      'flamingock.audit.seq': 2,
      'flamingock.audit.hash': last?.hash,
    });
  });

  it('has no span for applied changes, and none for a run that has nothing to do', async () => {
    await run([AddSku]);
    receiver.clear();
    await run([AddSku]);
    expect(names()).toEqual([]);
    await run([AddSku, AddPrice]);
    expect(names()).toEqual(['INSERT price', 'flamingock.execute add-price', 'flamingock.run']);
  });

  it.each(['each', 'auto'] as const)(
    'shows a change that failed, without secrets, with commit: %s',
    async (commit) => {
      await run([AddSku, AddColour, PublishCatalog], { commit });
      const failed = receiver.span('flamingock.execute add-colour');
      expect(attributesOf(failed)).toMatchObject({
        'flamingock.result': 'failed',
        'flamingock.state': 'ROLLED_BACK',
        'error.type': 'RangeError',
        'flamingock.audit.seq': 5,
      });
      const message = 'RangeError: refused by postgres://shop:***@db';
      expect(failed.status).toEqual({ code: ERROR, message });
      expect(exceptionOf(failed)).toEqual([{ 'exception.type': 'RangeError', 'exception.message': message }]);
      const runSpan = receiver.span('flamingock.run');
      expect(attributesOf(runSpan)).toMatchObject({
        'flamingock.status': 'stopped',
        'error.type': 'ChangeFailedError',
      });
      expect(runSpan.status.code).toBe(ERROR);
      expect(JSON.stringify(receiver.spans)).not.toContain('s3cret');
      expect(receiver.span('flamingock.execute add-sku').status.code).not.toBe(ERROR);
      expect(names()).not.toContain('flamingock.execute publish-catalog');
    },
  );

  it('shows a change that is blocked', async () => {
    await run([PublishCatalog]);
    receiver.clear();
    await run([PublishCatalog]);
    const blocked = receiver.span('flamingock.execute publish-catalog');
    expect(attributesOf(blocked)).toMatchObject({
      'flamingock.result': 'blocked',
      'flamingock.state': 'EXECUTION_FAILED',
    });
    expect([blocked.status.code, isBelow(blocked, receiver.span('flamingock.run'))]).toEqual([ERROR, true]);
  });

  it('shows a run that failed before any change', async () => {
    onRequest = () => Promise.reject(new TypeError('postgres://shop:s3cret@db is away'));
    await run([AddSku], { timeouts: { answerMs: 1_000 } });
    expect(names()).toEqual(['flamingock.run']);
    expect(attributesOf(receiver.span('flamingock.run'))['error.type']).toBe('AuditStoreUnavailableError');
    expect(JSON.stringify(receiver.spans)).not.toContain('s3cret');
  });

  it('ends what was begun where the lock is lost in the middle of a change', async () => {
    onRequest = async (statement) => {
      if (statement !== 'set') return;
      onRequest = () => Promise.resolve();
      await database.write('take over', ({ locks, heads }) => {
        const [lock, head] = [locks.get(SERVICE), heads.get(SERVICE)];
        if (lock) locks.set(SERVICE, { ...lock, owner: 'the next', token: lock.token + 1 });
        if (head) heads.set(SERVICE, { ...head, owner: 'the next', token: head.token + 1 });
      });
    };
    await run([AddSku], { commit: 'each' });
    expect(names()).toEqual(['INSERT sku', 'flamingock.execute add-sku', 'flamingock.run']);
    expect(receiver.span('flamingock.execute add-sku').status.code).toBe(ERROR);
  });

  it('has one span for a change that is run once more, apart from its group', async () => {
    await made([]);
    const events = app?.get(FlamingockEvents);
    const about = { service: SERVICE, executionId: 'x', stage: 'main' };
    const change = { ...about, changeId: 'a', operation: 'EXECUTE', targetSystem: 'db' } as const;
    const report = { changeId: 'a', stage: 'main', order: '0001', targetSystem: 'db', reason: 'pending' };
    events?.publish('run.started', about);
    await events?.around(change, () => Promise.resolve({ error: new TypeError('deadlock') }));
    await events?.around(change, () => Promise.resolve({}));
    events?.publish('change.completed', {
      ...about,
      change: { ...report, result: 'executed', durationMs: 1 },
    });
    events?.publish('run.failed', { ...about, error: new TypeError('mine'), report: EMPTY });
    await sdk.flush();
    expect(names()).toEqual(['flamingock.execute a', 'flamingock.run']);
    expect(receiver.span('flamingock.execute a').status.code).not.toBe(ERROR);
  });

  it('has an undo below what called it, and what it does below that', async () => {
    const flamingock = await made([AddSku]);
    await flamingock.execute();
    await trace.getTracer('api').startActiveSpan('DELETE /changes', async (span) => {
      await flamingock.undo({ changeId: 'add-sku' }, { reason: 'test' });
      span.end();
    });
    await sdk.flush();
    const undo = receiver.span('flamingock.undo add-sku');
    expect(isBelow(undo, receiver.span('DELETE /changes'))).toBe(true);
    expect(isBelow(receiver.span('DELETE sku'), undo)).toBe(true);
    expect(attributesOf(undo)).toMatchObject({
      'flamingock.operation': 'UNDO',
      'flamingock.result': 'undone',
    });
  });

  it('shows an undo that failed', async () => {
    const flamingock = await made([AddPrice]);
    await flamingock.execute();
    await flamingock.undo({ changeId: 'add-price' }, { reason: 'test' });
    await sdk.flush();
    const undo = receiver.span('flamingock.undo add-price');
    expect(attributesOf(undo)).toMatchObject({ 'flamingock.result': 'failed', 'error.type': 'TypeError' });
    expect(undo.status.code).toBe(ERROR);
    expect(receiver.values('flamingock.changes')).toEqual({
      'inventory executed': 1,
      'inventory undo-failed': 1,
    });
  });

  it('has a redo as an undo and an execution', async () => {
    const flamingock = await made([AddSku], { development: true });
    await flamingock.execute();
    await sdk.flush();
    receiver.clear();
    await flamingock.redo({ changeId: 'add-sku' });
    await sdk.flush();
    expect(names()).toEqual([
      'DELETE sku',
      'INSERT sku',
      'flamingock.execute add-sku',
      'flamingock.undo add-sku',
    ]);
  });

  it('tells of a process that only waited, and each time what it waits for has changed', async () => {
    const flamingock = await made([]);
    const report = await flamingock.execute();
    const events = app?.get(FlamingockEvents);
    const about = { service: SERVICE, executionId: 'waiting' };
    const awaiting = { ...about, reason: 'add-sku is pending', pending: ['add-sku'], issues: [] };
    events?.publish('run.started', about);
    events?.publish('run.awaiting', awaiting);
    events?.publish('run.awaiting', awaiting);
    events?.publish('run.completed', { ...about, report });
    await sdk.flush();
    const told = receiver.span('flamingock.run').events.map(({ name }) => name);
    expect(told).toEqual(['flamingock.awaiting', 'flamingock.awaiting']);
  });

  it('tells of a run that waited for another instance', async () => {
    const lock = new InMemoryAuditStore(database).lock;
    const claim = { service: SERVICE, owner: 'another', host: 'pod-2', pid: 7, leaseMs: 60_000, floor: 0 };
    const held = await lock.acquire(claim);
    const flamingock = await made([AddSku], { lock: { retryMs: 10 } });
    const running = flamingock.execute();
    await new Promise<void>((resolve) => {
      let looks = 0;
      onRequest = async () => {
        looks += 1;
        if (looks > 3) resolve();
      };
    });
    if (held.acquired) await lock.release({ service: SERVICE, owner: 'another', token: held.token });
    await running;
    await sdk.flush();
    const span = receiver.span('flamingock.run');
    expect(span.events.map(({ name }) => name)).toEqual(['flamingock.lock.wait']);
    expect(attributesOf(span)['flamingock.lock.wait']).toEqual(expect.any(Number));
    expect(receiver.values('flamingock.lock.wait')).toEqual({ inventory: 1 });
  });
});

let verdict: Verdict;

@Change({ id: 'add-size', order: '0009', author: 'team-inventory' })
@TargetSystem('inventory-db')
class Drifting {
  @Execution()
  execute(): void {
    return;
  }

  @Verify()
  verify(): Verdict {
    return verdict;
  }
}

describe('metrics', () => {
  it('count changes by what became of them, and how long they took', async () => {
    await run([AddSku, AddPrice, AddColour]);
    expect(receiver.values('flamingock.changes')).toEqual({ 'inventory executed': 2, 'inventory failed': 1 });
    expect(receiver.values('flamingock.change.duration')).toEqual({
      'inventory executed': 2,
      'inventory failed': 1,
    });
    const units = receiver.metrics.map(({ name, unit }) => [name, unit]);
    expect(Object.fromEntries(units)).toEqual({
      'flamingock.changes': '{change}',
      'flamingock.change.duration': 's',
      'flamingock.issues': '{change}',
      'flamingock.backlog': '{change}',
    });
  });

  it('tell how many changes need a manual check and how many are pending, as the audit store has it now', async () => {
    const flamingock = await made([AddSku, AddColour, PublishCatalog], { onIssue: 'skip' });
    await sdk.flush();
    expect(receiver.values('flamingock.backlog')).toEqual({ inventory: 3 });
    expect(receiver.values('flamingock.issues')).toEqual({ inventory: 0 });
    await flamingock.execute().catch(() => undefined);
    await run([PublishCatalog]);
    expect(receiver.values('flamingock.issues')).toEqual({ inventory: 1 });
  });

  it('tell how many applied changes were not there when they were asked last', async () => {
    const flamingock = await made([Drifting], { driftAt: 'start' });
    await sdk.flush();
    expect(receiver.values('flamingock.drift')).toEqual({});
    verdict = 'partial';
    await flamingock.execute();
    await sdk.flush();
    expect(receiver.values('flamingock.drift')).toEqual({ inventory: 1 });
    verdict = 'applied';
    await flamingock.drift();
    await sdk.flush();
    expect(receiver.values('flamingock.drift')).toEqual({ inventory: 0 });
  });

  it('tell how many target systems are left alone, as events have told', async () => {
    await made([AddSku]);
    await sdk.flush();
    expect(receiver.values('flamingock.circuits')).toEqual({});
    const about = { service: 'inventory', targetSystem: 'feed' };
    const moment = '2030-01-31T08:00:00.000Z';
    const opened = { ...about, failures: 5, since: moment, until: moment, error: 'away' };
    app?.get(FlamingockEvents).publish('circuit.opened', opened);
    app?.get(FlamingockEvents).publish('circuit.opened', opened);
    await sdk.flush();
    expect(receiver.values('flamingock.circuits')).toEqual({ inventory: 1 });
    app?.get(FlamingockEvents).publish('circuit.closed', { ...about, actor: undefined, reason: undefined });
    await sdk.flush();
    expect(receiver.values('flamingock.circuits')).toEqual({ inventory: 0 });
  });

  it('are left out where the state cannot be read, and the reason is in the log of OpenTelemetry', async () => {
    const told: string[] = [];
    const log = (text: string) => void told.push(text);
    const logger: DiagLogger = { error: log, warn: log, info: log, debug: log, verbose: log };
    await made([AddSku], { timeouts: { answerMs: 1_000 } });
    diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
    onRequest = () => Promise.reject(new TypeError('away'));
    await sdk.flush();
    expect(receiver.values('flamingock.backlog')).toEqual({});
    expect(told).toEqual([expect.stringMatching(/flamingock\.backlog cannot be observed: .*away/)]);
  });

  it('ask for nothing once the application is closed, or where Flamingock is switched off', async () => {
    await made([AddSku]);
    await app?.close();
    onRequest = () => Promise.reject(new TypeError('asked'));
    await made([AddSku], { enabled: false });
    const told: unknown[] = [];
    onRequest = (statement) => Promise.resolve(void told.push(statement));
    await sdk.flush();
    expect(told).toEqual([]);
  });
});

it('what was collected is exported as the application closes', async () => {
  const flamingock = await made([AddSku]);
  await flamingock.execute();
  expect(names()).toEqual([]);
  await app?.close();
  expect(names()).toContain('flamingock.execute add-sku');
});

it('without an SDK an application runs its changes as ever', async () => {
  await sdk.stop();
  expect(await run([AddSku])).toMatchObject({ status: 'applied' });
  expect([receiver.spans, receiver.metrics]).toEqual([[], []]);
});

function historyOf() {
  return made([AddSku]).then((flamingock) => flamingock.audit.list());
}
