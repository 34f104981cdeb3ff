import {
  holdOf,
  InMemoryAuditStore,
  InMemoryDatabase,
  InMemoryTargetSystem,
  ManualRuntime,
} from '@nestjs-flamingock/testing';
import type { ChangeDescriptor } from '../change/change-descriptor.js';
import { aChange, changeMethod } from '../fixtures/changes.js';
import { failureOf, openRun, passing, SERVICE } from '../fixtures/runs.js';
import { Wire } from '../fixtures/wire.js';
import { ChangeEndedError } from '../lock/change-scope.errors.js';
import { LockLostError } from '../lock/lock.errors.js';
import { LostWritesError } from '../recovery/lost-writes.error.js';
import { Activity } from '../reporting/activity.js';
import { undoBy } from './change-call.js';
import type { RunResources } from './change-caller.js';
import { TargetSystemUnavailableError } from '../target-system/target-system.errors.js';
import { Executors } from './executors.js';

let runtime: ManualRuntime;
let store: InMemoryAuditStore;
let wire: Wire;
let target: InMemoryTargetSystem;
let run: RunResources;
let executors: Executors;

beforeEach(async () => {
  runtime = new ManualRuntime();
  store = new InMemoryAuditStore(new InMemoryDatabase({ now: runtime.wallMs }));
  wire = new Wire();
  target = new InMemoryTargetSystem('inventory-db', new InMemoryDatabase().connect(wire.carry));
  run = await openRun(store, runtime);
  executors = new Executors(run, store);
});

const separate = (fields: Partial<ChangeDescriptor> = {}) =>
  aChange({ target, transactional: true, ...fields });
/** A change whose target system is the database of the audit store. */
const sharing = (id: string) =>
  aChange({ id, target: new InMemoryTargetSystem('audit-db', store.resource), transactional: true });
const sent = (statement: string) => wire.answered.filter((name) => name === statement).length;
const marked = async (id: string, token = 2) => (await target.markers.read(holdOf(token), id)) !== undefined;

describe('Executors', () => {
  it('gives each change to the executor of its transaction strategy', async () => {
    await executors.execute(aChange({ id: 'none' }));
    await executors.execute(separate({ id: 'separate' }));
    await executors.execute(sharing('shared'));
    const recorded = (await store.readSnapshot(SERVICE)).map((entry) => [entry.changeId, entry.txStrategy]);
    expect(recorded).toEqual([
      ['none', 'NON_TX'],
      ['separate', 'TX_SEPARATE'],
      ['shared', 'TX_SHARED'],
    ]);
  });

  it('passes on how the change ended', async () => {
    const error = new TypeError('no');
    const execution = changeMethod(() => Promise.reject(error));
    expect(await executors.execute(separate({ execution }))).toMatchObject({ status: 'failed', error });
    expect(await executors.execute(separate())).toMatchObject({ status: 'executed' });
  });

  it('tells observers which change is at work, on which system, and what is done with it', async () => {
    const observed: unknown[] = [];
    run.activity.observed = (change, work) => {
      observed.push(change);
      return work();
    };
    const named = new InMemoryTargetSystem('audit-db', store.resource);
    Object.assign(named, { databaseSystem: 'postgresql' });
    const change = { ...sharing('b'), target: named };
    const undo = undoBy(
      changeMethod(() => undefined, 'rollback'),
      {},
    );
    await executors.execute(separate({ id: 'a' }));
    await executors.execute(change, undo);
    await executors.executeGroup([change], () => undefined);
    const about = { changeId: 'b', stage: 'main', targetSystem: 'audit-db', databaseSystem: 'postgresql' };
    expect(observed).toEqual([
      { changeId: 'a', stage: 'main', targetSystem: 'inventory-db', operation: 'EXECUTE' },
      { ...about, operation: 'UNDO' },
      { ...about, operation: 'EXECUTE' },
    ]);
  });

  it('says which target system is being made ready', async () => {
    const said: string[] = [];
    const during = run.activity.during.bind(run.activity);
    run.activity.during = (what, work) => {
      said.push(what);
      return during(what, work);
    };
    await executors.prepareMarkers(separate());
    expect(said).toEqual(['target system "inventory-db"']);
  });

  it('makes a target ready for markers once per run, before the first change that needs them', async () => {
    await executors.execute(separate({ id: 'a' }));
    await executors.execute(separate({ id: 'b' }));
    expect(sent('prepareMarkers')).toBe(1);
    expect(wire.answered.slice(0, 4)).toEqual(['lookAtFence', 'listMarkers', 'prepareMarkers', 'claimFence']);
  });

  it('needs no markers outside transactions of their own', async () => {
    await executors.execute(aChange());
    await executors.execute(separate({ transactional: false }));
    await executors.prepareMarkers(aChange());
    expect(sent('prepareMarkers')).toBe(0);
  });

  it('tries again to make the target ready', async () => {
    wire.lose('prepareMarkers', 'request', 3);
    expect(await passing(runtime, executors.execute(separate()))).toMatchObject({ status: 'executed' });
  });

  it('runs nothing where the target cannot be made ready', async () => {
    wire.lose('prepareMarkers', 'request', 1_000);
    const error = await failureOf(passing(runtime, executors.execute(separate())));
    expect(error).toBeInstanceOf(TargetSystemUnavailableError);
    expect(error).toMatchObject({ targetSystem: 'inventory-db' });
    expect(await store.readSnapshot(SERVICE)).toEqual([]);
  });

  it('knows of the changes that it was given last which have begun', async () => {
    const [first, second] = [separate({ id: 'a' }), aChange({ id: 'b' })];
    expect(executors.begun).toEqual([]);
    await executors.execute(first);
    expect(executors.begun).toEqual([first]);
    await executors.execute(second);
    expect(executors.begun).toEqual([second]);
    await executors.executeGroup([sharing('c'), sharing('d')], () => undefined);
    expect(executors.begun.map(({ id }) => id)).toEqual(['c', 'd']);
  });

  it('knows a change as not begun whose target cannot be made ready', async () => {
    wire.lose('prepareMarkers', 'request', 1_000);
    await failureOf(passing(runtime, executors.execute(separate())));
    expect(executors.begun).toEqual([]);
  });

  it('finds before anything runs that a target and the audit store do not agree', async () => {
    await executors.assertNothingLost([separate(), aChange()]);
    await target.markers.claim(holdOf(9));
    executors = new Executors(run, store);
    expect(await failureOf(executors.assertNothingLost([separate()]))).toBeInstanceOf(LostWritesError);
    await executors.assertNothingLost([separate({ transactional: false })]);
  });

  it('tells of what a change does with its parameters after its end', async () => {
    const published: unknown[] = [];
    const publish = (name: string, event: object) => published.push({ name, ...event });
    const activity = new Activity(runtime, { publish }, run.journal);
    let late = (): unknown => undefined;
    const execution = changeMethod(({ guard }) => {
      const client = guard({ send: () => 'sent' });
      late = () => client.send();
    });
    await new Executors({ ...run, activity }, store).execute(aChange({ id: 'a', execution }));
    expect(late).toThrow(ChangeEndedError);
    expect(published).toMatchObject([
      { name: 'change.left-behind', changeId: 'a', what: 'a call of one of its parameters' },
    ]);
  });

  it('passes on a verdict that comes while the target is made ready', async () => {
    run.lease.lose('another instance took it over');
    expect(await failureOf(executors.execute(separate()))).toBeInstanceOf(LockLostError);
  });
});

describe('markers', () => {
  it('outlast their run, and are cleared by the next one that claims their target', async () => {
    await executors.execute(separate({ id: 'a' }));
    await executors.execute(separate({ id: 'b' }));
    await executors.clearMarkers();
    await run.lease.release();
    expect(sent('clearMarkers')).toBe(0);
    run = await openRun(store, runtime);
    const next = new Executors(run, store);
    await next.execute(separate({ id: 'c' }));
    await next.clearMarkers();
    expect(await Promise.all(['a', 'b', 'c'].map((id) => marked(id, 3)))).toEqual([false, false, true]);
    expect(sent('clearMarkers')).toBe(1);
  });

  it('are kept of a change that this run executes again', async () => {
    await executors.execute(separate({ id: 'a' }));
    await run.lease.release();
    run = await openRun(store, runtime);
    const next = new Executors(run, store);
    await next.execute(separate({ id: 'a' }));
    await next.clearMarkers();
    expect(await marked('a', 3)).toBe(true);
  });

  it('are no matter of changes that failed, or that run in no transaction of their own', async () => {
    const execution = changeMethod(() => Promise.reject(new TypeError('no')));
    await executors.execute(separate({ execution }));
    await executors.execute(separate({ transactional: false }));
    await executors.clearMarkers();
    expect(sent('clearMarkers')).toBe(0);
  });

  it('are left alone in a target that this run has not used', async () => {
    await executors.clearMarkers();
    expect(sent('clearMarkers')).toBe(0);
  });
});
