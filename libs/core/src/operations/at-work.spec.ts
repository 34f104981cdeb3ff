import {
  InMemoryAuditStore,
  InMemoryDatabase,
  InMemoryTargetSystem,
  ManualRuntime,
} from '@nestjs-flamingock/testing';
import type { ChangeDescriptor } from '../change/change-descriptor.js';
import { aChange, changeMethod } from '../fixtures/changes.js';
import { anEngine } from '../fixtures/engines.js';
import { failureOf, LEASE_MS, openRun, passing, SERVICE } from '../fixtures/runs.js';
import { Wire } from '../fixtures/wire.js';
import type { Engine } from '../run/engine.js';
import { createPipeline } from '../plan/pipeline.js';
import { execute } from './execute.js';
import { issueGet, issueList } from './issues.js';
import { NoIssueError } from './operation.errors.js';
import { plan } from './plan.js';
import { undo } from './undo.js';

let runtime: ManualRuntime;
let database: InMemoryDatabase;
let wire: Wire;
let goOn: () => void;
let gate: Promise<void>;

beforeEach(() => {
  runtime = new ManualRuntime();
  database = new InMemoryDatabase({ now: runtime.wallMs });
  wire = new Wire();
  gate = new Promise((resolve) => (goOn = resolve));
});

const slow = changeMethod(() => gate, 'slow');
const failing = changeMethod(() => Promise.reject(new TypeError('broke')));
const signal = () => new AbortController().signal;
const engineOf = (fields: Partial<ChangeDescriptor>, way = database, pid = 1): Engine =>
  anEngine({
    store: new InMemoryAuditStore(way),
    runtime: new ManualRuntime({ clock: runtime.clock, pid }),
    changes: [aChange(fields)],
  });
/** As another process asks. */
const asked = (fields: Partial<ChangeDescriptor> = {}) => engineOf(fields, database.connect(wire.carry), 2);
const planned = async (engine: Engine) => (await plan(engine)).changes[0];
const AT_WORK = /^test-host \(pid 1, token \d+\) is at work on it right now$/;

/** Expects that nobody is called for, whoever asks. */
async function expectNoIssue(engine: Engine): Promise<void> {
  expect(await issueList(engine)).toEqual([]);
  expect(await failureOf(issueGet(engine))).toBeInstanceOf(NoIssueError);
  expect(await planned(engine)).toMatchObject({ action: 'EXECUTE', reason: expect.stringMatching(AT_WORK) });
  const error = await failureOf(issueGet(engine, 'publish'));
  expect(error).toBeInstanceOf(NoIssueError);
  expect((error as Error).message).toMatch(/has no issue: test-host \(pid 1, token \d+\) is at work on it/);
}

describe('a change that somebody is at work on', () => {
  it('is no issue while its holder renews the lock, and none once it has ended', async () => {
    const running = execute(engineOf({ execution: slow }), signal());
    await runtime.advance(5 * LEASE_MS);
    await expectNoIssue(asked());
    goOn();
    await passing(runtime, running);
    expect(await planned(asked())).toMatchObject({ action: 'SKIP' });
  });

  it('is none while its rollback method runs, and one if that fails', async () => {
    const rollback = changeMethod(() => gate.then(() => Promise.reject(new TypeError('no'))), 'rollback');
    const running = failureOf(execute(engineOf({ execution: failing, rollback }), signal()));
    await runtime.advance(1_000);
    await expectNoIssue(asked({ rollback }));
    goOn();
    await passing(runtime, running);
    expect(await issueList(asked({ rollback }))).toMatchObject([{ state: 'ROLLBACK_FAILED' }]);
  });

  it('is none while it is undone', async () => {
    const engine = engineOf({ rollback: slow });
    await passing(runtime, execute(engine, signal()));
    const undoing = undo(engine, { changeId: 'publish' }, { signal: signal() });
    await runtime.advance(1_000);
    await expectNoIssue(asked());
    const refusal = await failureOf(
      undo(asked(), { changeId: 'publish' }, { dryRun: true, signal: signal() }),
    );
    expect((refusal as Error).message).toMatch(
      /is in state STARTED: test-host .* is at work on it right now/,
    );
    goOn();
    await passing(runtime, undoing);
  });

  it('is none where only its database could tell what became of it', async () => {
    const target = new InMemoryTargetSystem('inventory-db', new InMemoryDatabase());
    const running = execute(engineOf({ target, transactional: true, execution: slow }), signal());
    await runtime.advance(1_000);
    const item = await planned(asked({ target, transactional: true }));
    expect(item).toMatchObject({ action: 'EXECUTE', reason: expect.stringMatching(AT_WORK) });
    goOn();
    await passing(runtime, running);
  });

  it('is none in code that does not have it', async () => {
    const running = execute(engineOf({ execution: slow }), signal());
    await runtime.advance(1_000);
    expect(await issueList({ ...asked(), pipeline: createPipeline(SERVICE, []) })).toEqual([]);
    goOn();
    await passing(runtime, running);
  });

  it('is one as soon as the lease of a holder that died is over', async () => {
    let alive = true;
    const way = database.connect(() => (alive ? Promise.resolve() : new Promise(() => undefined)));
    void failureOf(execute(engineOf({ execution: slow }, way), signal()));
    await runtime.advance(1_000);
    alive = false;
    await expectNoIssue(asked());
    await runtime.advance(LEASE_MS);
    expect(await issueList(asked())).toMatchObject([{ changeId: 'publish', state: 'STARTED' }]);
    expect(await planned(asked())).toMatchObject({ action: 'MANUAL_INTERVENTION' });
  });

  it('is one while another has the lock that did not start it', async () => {
    const { journal, lease } = await openRun(new InMemoryAuditStore(database), runtime);
    const subject = { changeId: 'publish', stage: 'main', order: '0001', author: 'a', className: 'P' };
    const facts = { targetSystem: 'files', txStrategy: 'NON_TX', transactional: false } as const;
    await journal.append(
      { ...subject, ...facts, recoveryStrategy: 'MANUAL_INTERVENTION' },
      { state: 'STARTED', at: journal.now() },
    );
    await lease.release();
    await openRun(new InMemoryAuditStore(database), runtime);
    expect(await issueList(asked())).toHaveLength(1);
  });

  it('is none where it ends between the look at the history and that at the lock', async () => {
    const running = execute(engineOf({ execution: slow }), signal());
    await runtime.advance(1_000);
    wire.meet('readLock', 'request', async () => {
      goOn();
      await passing(runtime, running);
    });
    expect(await issueList(asked())).toEqual([]);
  });
});
