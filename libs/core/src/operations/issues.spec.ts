import { InMemoryAuditStore, InMemoryDatabase, ManualRuntime } from '@nestjs-flamingock/testing';
import type { HistoryQuery } from '../audit/history-query.js';
import type { ChangeDescriptor } from '../change/change-descriptor.js';
import { aChange, changeMethod } from '../fixtures/changes.js';
import { anEngine } from '../fixtures/engines.js';
import { failureOf, openRun, passing, SERVICE } from '../fixtures/runs.js';
import { Wire } from '../fixtures/wire.js';
import { createPipeline } from '../plan/pipeline.js';
import { auditFix } from './audit-fix.js';
import { auditList } from './audit-list.js';
import { execute } from './execute.js';
import { issueGet, issueList } from './issues.js';
import { lockRelease, lockStatus } from './lock.js';
import { InvalidRequestError, NoIssueError, UnknownChangeError } from './operation.errors.js';

let runtime: ManualRuntime;
let database: InMemoryDatabase;
let wire: Wire;

beforeEach(() => {
  runtime = new ManualRuntime();
  database = new InMemoryDatabase({ now: runtime.wallMs });
  wire = new Wire();
});

const failing = (id: string, fields: Partial<ChangeDescriptor> = {}) =>
  aChange({
    id,
    stage: id,
    execution: changeMethod(() => Promise.reject(new TypeError(`${id} broke`))),
    ...fields,
  });
const engineOf = (...changes: ChangeDescriptor[]) =>
  anEngine({
    store: new InMemoryAuditStore(database.connect(wire.carry)),
    runtime,
    changes,
    stages: changes.map(({ stage }) => stage),
    settings: { onIssue: 'skip' },
  });
const signal = () => new AbortController().signal;
const run = (engine: ReturnType<typeof engineOf>) =>
  passing(
    runtime,
    execute(engine, signal()).catch(() => undefined),
  );
const forgetful = () => ({ ...engineOf(), pipeline: createPipeline(SERVICE, []) });

describe('issueList', () => {
  it('has each change that needs a manual check, in pipeline order, without lock or entries', async () => {
    const engine = engineOf(failing('b'), aChange({ id: 'fine', stage: 'fine' }), failing('a'));
    await run(engine);
    wire.answered.length = 0;
    const issues = await issueList(engine);
    expect(issues).toMatchObject([
      {
        changeId: 'b',
        stage: 'b',
        state: 'EXECUTION_FAILED',
        operation: 'EXECUTE',
        error: 'TypeError: b broke',
        targetSystem: 'files',
        reason: expect.stringMatching(/failed/),
        recordedAt: expect.stringMatching(/^2024-01-01T/),
        host: 'test-host',
        inCode: true,
      },
      { changeId: 'a' },
    ]);
    expect(wire.answered).toEqual(['readSnapshot', 'readRecord', 'readRecord']);
  });

  it('keeps one issue when the other is fixed', async () => {
    const engine = engineOf(failing('b'), failing('a'));
    await run(engine);
    await passing(runtime, auditFix(engine, { changeId: 'b' }, { signal: signal() }));
    expect((await issueList(engine)).map(({ changeId }) => changeId)).toEqual(['a']);
  });

  it('has a change that the code no longer has, until it is fixed', async () => {
    await run(engineOf(failing('a'), aChange({ id: 'fine', stage: 'fine' })));
    expect(await issueList(forgetful())).toMatchObject([
      { changeId: 'a', inCode: false, reason: expect.stringMatching(/no longer has the change/) },
    ]);
    await passing(runtime, auditFix(forgetful(), { changeId: 'a' }, { signal: signal() }));
    expect(await issueList(forgetful())).toEqual([]);
  });
});

describe('issueGet', () => {
  it('tells all that is known of the first issue, and what to do', async () => {
    const engine = engineOf(failing('a', { guidance: 'Look for half a file.' }), failing('b'));
    await run(engine);
    const issue = await issueGet(engine);
    expect(issue).toMatchObject({
      changeId: 'a',
      recoveryStrategy: 'MANUAL_INTERVENTION',
      txStrategy: 'NON_TX',
      author: 'team-inventory',
      className: 'Publish',
      hasRollback: false,
      rollbackRan: false,
      history: [{ state: 'STARTED' }, { state: 'EXECUTION_FAILED' }],
    });
    expect(issue.guidance.join()).toMatch(/Look for half a file.*audit fix -c a --resolution EXECUTED/);
  });

  it('says that a rollback method ran, and failed', async () => {
    const rollback = changeMethod(() => Promise.reject(new TypeError('no way back')), 'rollback');
    const engine = engineOf(failing('a'), failing('b', { rollback }));
    await run(engine);
    expect(await issueGet(engine, 'b')).toMatchObject({
      state: 'ROLLBACK_FAILED',
      hasRollback: true,
      rollbackRan: true,
    });
  });

  it('works for a change that the code no longer has', async () => {
    await run(engineOf(failing('a', { rollback: changeMethod(() => Promise.reject(new TypeError('no'))) })));
    expect(await issueGet(forgetful(), 'a')).toMatchObject({ hasRollback: false, rollbackRan: true });
  });

  it('has nothing to tell where there is no issue, or no such change', async () => {
    const engine = engineOf(aChange({ id: 'fine', stage: 'fine' }));
    expect(await failureOf(issueGet(engine))).toBeInstanceOf(NoIssueError);
    expect(await failureOf(issueGet(engine, 'fine'))).toBeInstanceOf(NoIssueError);
    const error = await failureOf(issueGet(engine, 'fin'));
    expect(error).toBeInstanceOf(UnknownChangeError);
    expect((error as UnknownChangeError).nearMatches).toEqual(['fine']);
  });
});

describe('auditList', () => {
  const engine = () => engineOf(aChange({ id: 'a', stage: 'one' }), aChange({ id: 'b', stage: 'two' }));
  const listed = async (...[request]: [Parameters<typeof auditList>[1]?]) =>
    (await auditList(engine(), request)).map(({ changeId, state }) => `${changeId} ${state}`);

  beforeEach(async () => {
    await run(engineOf(aChange({ id: 'a', stage: 'one' })));
    await runtime.advance(60_000);
    await run(engine());
  });

  it('has the last entry of each change, or every entry, the newest last', async () => {
    expect(await listed()).toEqual(['a EXECUTED', 'b EXECUTED']);
    expect(await listed({ history: true })).toEqual(['a STARTED', 'a EXECUTED', 'b STARTED', 'b EXECUTED']);
  });

  it('leaves out what is of another change, too old, or too much', async () => {
    expect(await listed({ history: true, changeId: 'a' })).toEqual(['a STARTED', 'a EXECUTED']);
    expect(await listed({ history: true, limit: 3 })).toEqual(['a EXECUTED', 'b STARTED', 'b EXECUTED']);
    expect(await listed({ since: '2024-01-01T00:01:00Z' })).toEqual(['b EXECUTED']);
    expect(await listed({ since: new Date(Date.UTC(2025, 0)) })).toEqual([]);
  });

  it('has the last ones that are not too old, and no others', async () => {
    const since = '2024-01-01T00:01:00Z';
    expect(await listed({ history: true, limit: 1, since })).toEqual(['b EXECUTED']);
    expect(await listed({ history: true, limit: 9, since })).toEqual(['b STARTED', 'b EXECUTED']);
    expect(await listed({ history: true, limit: 1, changeId: 'a' })).toEqual(['a EXECUTED']);
  });

  it('asks the store for no more than is listed, and so does an issue', async () => {
    const asked: (HistoryQuery | undefined)[] = [];
    const { store } = engineOf();
    const readHistory = store.readHistory.bind(store);
    store.readHistory = (service, query) => {
      asked.push(query);
      return readHistory(service, query);
    };
    await auditList({ ...engine(), store }, { history: true, changeId: 'a', limit: 1 });
    await run(engineOf(failing('broken')));
    await issueGet({ ...engineOf(failing('broken')), store }, 'broken');
    expect(asked).toEqual([{ changeId: 'a', limit: 1, order: 'newest-first' }, { changeId: 'broken' }]);
  });

  it('refuses what makes no sense, with the nearest that does', async () => {
    expect(await failureOf(listed({ since: 'yesterday' }))).toBeInstanceOf(InvalidRequestError);
    expect(await failureOf(listed({ limit: 0 }))).toBeInstanceOf(InvalidRequestError);
    expect(await failureOf(listed({ limit: 1.5 }))).toBeInstanceOf(InvalidRequestError);
    expect(await failureOf(listed({ changeId: 'c' }))).toBeInstanceOf(UnknownChangeError);
  });
});

describe('the lock', () => {
  const engine = () => engineOf(aChange());
  const hold = () =>
    openRun(new InMemoryAuditStore(database), new ManualRuntime({ clock: runtime.clock, pid: 2 }));

  it('was never held', async () => {
    expect(await lockStatus(engine())).toEqual({ held: false });
    expect(await lockRelease(engine(), { token: 1 }, { signal: new AbortController().signal })).toBe(false);
  });

  it('is held by whom, and for how long, on the clock of the store', async () => {
    await hold();
    expect(await lockStatus(engine())).toMatchObject({
      held: true,
      expiresInMs: 9_000,
      record: { host: 'test-host', pid: 2, token: 1 },
    });
  });

  it('is free after its release and after its end, with the last holder on record', async () => {
    const { lease } = await hold();
    await lease.release();
    expect(await lockStatus(engine())).toMatchObject({ held: false, record: { token: 1 } });
    const lock = new InMemoryAuditStore(database).lock;
    await lock.acquire({ service: SERVICE, owner: 'dead', host: 'h', pid: 3, leaseMs: 1_000 });
    await runtime.advance(1_000);
    const status = await lockStatus(engine());
    expect(status).toMatchObject({ held: false, record: { token: 2 } });
    expect(status).not.toHaveProperty('expiresInMs');
  });

  it('is freed for exactly the acquisition that is named', async () => {
    await hold();
    expect(await lockRelease(engine(), { token: 2 }, { signal: new AbortController().signal })).toBe(false);
    expect((await lockStatus(engine())).held).toBe(true);
    expect(await lockRelease(engine(), { token: 1 }, { signal: new AbortController().signal })).toBe(true);
    expect((await lockStatus(engine())).held).toBe(false);
    expect(await lockRelease(engine(), { token: 1 }, { signal: new AbortController().signal })).toBe(false);
  });
});
