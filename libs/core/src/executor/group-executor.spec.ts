import {
  InMemoryAuditStore,
  InMemoryDatabase,
  InMemoryTable,
  InMemoryTargetSystem,
  ManualRuntime,
} from '@nestjs-flamingock/testing';
import type { ChangeDescriptor, Invocation } from '../change/change-descriptor.js';
import { aChange, changeMethod, FILES } from '../fixtures/changes.js';
import { anEngine, type EngineParts } from '../fixtures/engines.js';
import { failureOf, LEASE_MS, passing, statesOf } from '../fixtures/runs.js';
import { Wire } from '../fixtures/wire.js';
import { LockLostError } from '../lock/lock.errors.js';
import { auditVerify } from '../operations/audit-verify.js';
import { execute } from '../operations/execute.js';
import type { ExecutionReport } from '../reporting/execution-report.js';
import { ChangeFailedError, RunAbortedError } from '../run/run.errors.js';

let runtime: ManualRuntime;
let database: InMemoryDatabase;
let wire: Wire;
let stop: AbortController;
let target: InMemoryTargetSystem;
let calls: string[];

beforeEach(() => {
  runtime = new ManualRuntime();
  database = new InMemoryDatabase({ now: runtime.wallMs });
  wire = new Wire();
  stop = new AbortController();
  target = new InMemoryTargetSystem('inventory-db', database.connect(wire.carry));
  calls = [];
});

type Body = (invocation: Invocation) => unknown;

/** A change that writes its id, and does `body`. */
const change = (id: string, body: Body = () => undefined, fields: Partial<ChangeDescriptor> = {}) =>
  aChange({
    id,
    order: id,
    target,
    transactional: true,
    execution: { ...method(id, body), staysInTransaction: () => true },
    ...fields,
  });
const method = (id: string, body: Body = () => undefined) =>
  changeMethod(async (invocation) => {
    calls.push(id);
    await (invocation.handles.get(InMemoryTable) as InMemoryTable).set(id, 'v');
    await body(invocation);
  });
const fails = (id: string) =>
  change(id, () => {
    throw new TypeError(`${id} broke`);
  });
const engine = (changes: ChangeDescriptor[], parts: Partial<EngineParts> = {}) =>
  anEngine({ store: new InMemoryAuditStore(target.resource), runtime, changes, ...parts });
const run = (changes: ChangeDescriptor[], parts: Partial<EngineParts> = {}) =>
  passing(runtime, execute(engine(changes, parts), stop.signal));
const results = ({ changes }: ExecutionReport) =>
  changes.map(({ changeId, result }) => `${changeId} ${result}`);
const reportOf = (error: unknown) => (error as { report: ExecutionReport }).report;
const history = () => statesOf(new InMemoryAuditStore(database));
const keys = async () => (await new InMemoryTable(database).entries()).map(([key]) => key);
const commits = () => wire.answered.filter((statement) => statement === 'commit').length;
const executed = (...ids: string[]) => ids.flatMap((id) => [`${id} STARTED`, `${id} EXECUTED`]);
const rolledBack = (id: string) => [`${id} STARTED`, `${id} EXECUTION_FAILED`, `${id} ROLLED_BACK`];

describe('changes that can share a commit', () => {
  it('commit together, each with the entries that it has alone', async () => {
    const changes = [change('a'), change('b'), change('c')];
    expect(results(await run(changes))).toEqual(['a executed', 'b executed', 'c executed']);
    expect(commits()).toBe(1);
    expect(await history()).toEqual(executed('a', 'b', 'c'));
    expect(await keys()).toEqual(['a', 'b', 'c']);
    const verified = await auditVerify(engine(changes));
    expect(verified.ok).toBe(true);
  });

  it('have a commit each where that is asked for', async () => {
    await run([change('a'), change('b')], { settings: { commit: 'each' } });
    expect(commits()).toBe(2);
    expect(await history()).toEqual(executed('a', 'b'));
  });

  it('are not those that are given more, want their own, have another target or no transaction', async () => {
    const other = new InMemoryTargetSystem('other-db', database.connect(wire.carry));
    await run([
      change('a'),
      change('b', undefined, { execution: method('b') }),
      change('c'),
      change('d', undefined, { target: other }),
      aChange({ id: 'e', order: 'e', target: FILES }),
      change('f', undefined, { commit: 'own' }),
      change('g'),
    ]);
    expect(commits()).toBe(6);
    expect(await history()).toEqual(executed('a', 'b', 'c', 'd', 'e', 'f', 'g'));
  });

  it('are at most fifty', async () => {
    const ids = Array.from({ length: 101 }, (_, index) => String(index).padStart(3, '0'));
    await run(ids.map((id) => change(id)));
    expect(commits()).toBe(3);
    expect(await history()).toEqual(executed(...ids));
  });

  it('may take longer than the lease where they keep everybody from writing the lock, which is renewed right after', async () => {
    const store = new InMemoryAuditStore(target.resource);
    Object.assign(store.lock, { isHeldBy: () => true });
    let renewedMeanwhile = true;
    const long = change('a', async () => {
      wire.answered.length = 0;
      await runtime.advance(180_000);
      renewedMeanwhile = wire.answered.includes('renew');
    });
    await run([long, change('b')], { store });
    expect(renewedMeanwhile).toBe(false);
    const [commit, renewal] = ['commit', 'renew'].map((statement) => wire.answered.indexOf(statement));
    expect(renewal).toBe(commit! + 1);
  });

  it('begin no more once the group has taken its time', async () => {
    await run([change('a', () => runtime.advance(100)), change('b'), change('c')]);
    expect(commits()).toBe(2);
    expect(await history()).toEqual(executed('a', 'b', 'c'));
  });

  it('commit without one that fails, which is recorded as it is alone', async () => {
    const error = await failureOf(run([change('a'), fails('b'), change('c')]));
    expect(error).toBeInstanceOf(ChangeFailedError);
    expect(results(reportOf(error))).toEqual(['a executed', 'b failed', 'c not-reached']);
    expect(await history()).toEqual([...executed('a'), ...rolledBack('b')]);
    expect(await keys()).toEqual(['a']);
    expect(calls).toEqual(['a', 'b']);
    expect(commits()).toBe(1);
  });

  it('are reported as completed once they are committed, and as begun once', async () => {
    wire.lose('commit', 'request');
    const parts = engine([change('a'), change('b')]);
    await passing(runtime, execute(parts, stop.signal));
    const told = parts.events.published
      .filter(({ name }) => name.startsWith('change'))
      .map(({ name }) => name);
    expect(told).toEqual(['change.started', 'change.started', 'change.completed', 'change.completed']);
  });

  it('run one by one where their commit did not happen', async () => {
    wire.lose('commit', 'request');
    expect(results(await run([change('a'), change('b')]))).toEqual(['a executed', 'b executed']);
    expect(calls).toEqual(['a', 'b', 'a', 'b']);
    expect(await history()).toEqual(executed('a', 'b'));
  });

  it('leave the first to a transaction of its own where theirs cannot begin', async () => {
    const group = target.transactionGroup.bind(target);
    target.transactionGroup = () => {
      target.transactionGroup = group;
      return Promise.reject(new TypeError('no connection'));
    };
    expect(results(await run([change('a'), change('b'), change('c')]))).toHaveLength(3);
    expect([commits(), calls]).toEqual([2, ['a', 'b', 'c']]);
    expect(await history()).toEqual(executed('a', 'b', 'c'));
  });

  it('fail as one does alone where the first of them fails', async () => {
    const error = await failureOf(run([fails('a'), change('b')]));
    expect(results(reportOf(error))).toEqual(['a failed', 'b not-reached']);
    expect(await history()).toEqual(rolledBack('a'));
    expect(await keys()).toEqual([]);
  });

  it('may take longer than the lease where their transaction keeps everybody from writing the lock', async () => {
    const store = new InMemoryAuditStore(target.resource);
    Object.assign(store.lock, { isHeldBy: () => true });
    const slow = change('a', async () => {
      await runtime.advance(LEASE_MS * 3);
      expect(wire.answered).not.toContain('renew');
    });
    expect(results(await run([slow, change('b')], { store }))).toEqual(['a executed', 'b executed']);
    expect(wire.answered.indexOf('renew')).toBeGreaterThan(wire.answered.indexOf('commit'));
  });

  it('count as executed where the answer to their commit was lost', async () => {
    wire.lose('commit', 'answer');
    expect(results(await run([change('a'), change('b')]))).toEqual(['a executed', 'b executed']);
    expect(calls).toEqual(['a', 'b']);
    expect(await history()).toEqual(executed('a', 'b'));
  });

  it('run one by one where one has ended the transaction', async () => {
    wire.lose('savepoint', 'request');
    expect(results(await run([change('a'), change('b'), change('c')]))).toEqual([
      'a executed',
      'b executed',
      'c executed',
    ]);
    expect(await history()).toEqual(executed('a', 'b', 'c'));
  });

  it('are followed by none where one has set what lasts to the end of the transaction', async () => {
    const inGroup = target.transactionGroup.bind(target);
    target.transactionGroup = (first, work) =>
      inGroup(first, (group) =>
        work({
          transaction: group.transaction,
          run: async (one, perform) => {
            const outcome = await group.run(one, perform);
            return one.changeId === 'b' ? { status: 'done', last: true } : outcome;
          },
        }),
      );
    await run([change('a'), change('b'), change('c'), change('d')]);
    expect(commits()).toBe(2);
    expect(await history()).toEqual(executed('a', 'b', 'c', 'd'));
  });

  it('leave one to a transaction of its own that has to be apart', async () => {
    const run50 = target.transactionGroup.bind(target);
    target.transactionGroup = (first, work) =>
      run50(first, (group) =>
        work({
          transaction: group.transaction,
          run: async (one, perform) => {
            const outcome = await group.run(one, perform);
            return outcome.status === 'done' ? outcome : { ...outcome, status: 'apart' };
          },
        }),
      );
    let isFirst = true;
    const fussy = change('b', () => {
      if (!isFirst) return;
      isFirst = false;
      throw new TypeError('unsafe use of a new value');
    });
    expect(results(await run([change('a'), fussy, change('c')]))).toEqual([
      'a executed',
      'b executed',
      'c executed',
    ]);
    expect(calls).toEqual(['a', 'b', 'b', 'c']);
    expect(await history()).toEqual(executed('a', 'b', 'c'));
  });

  it('leave nothing where the lock is lost meanwhile', async () => {
    const taken = change('b', async () => {
      const { lock } = new InMemoryAuditStore(database);
      const record = await lock.read('inventory');
      await database.write('take over', ({ locks, heads }) => {
        locks.set('inventory', { ...record!, owner: 'other', token: record!.token + 1 });
        heads.set('inventory', { ...heads.get('inventory')!, owner: 'other', token: record!.token + 1 });
      });
    });
    const error = await failureOf(run([change('a'), taken, change('c')]));
    expect(error).toBeInstanceOf(LockLostError);
    expect(await keys()).toEqual([]);
    expect(await history()).toEqual([]);
  });

  it('keep those that are done when the application is told to stop', async () => {
    const stopping = change('b', () => stop.abort(new RunAbortedError('inventory', 'SIGTERM')));
    await failureOf(run([change('a'), stopping, change('c')]));
    expect(calls).toEqual(['a', 'b']);
    expect((await history()).slice(0, 2)).toEqual(executed('a'));
    expect(await keys()).not.toContain('c');
  });

  it('are each left for a manual check where part of a group took effect', async () => {
    target = new InMemoryTargetSystem('inventory-db', database.connect(wire.carry), { keepsPart: true });
    const breaking = change('b', ({ handles }) =>
      (handles.get(InMemoryTable) as InMemoryTable).failAtCommit(new TypeError('disk full')),
    );
    const error = await failureOf(run([change('a'), breaking]));
    expect(results(reportOf(error))).toEqual(['a failed', 'b failed']);
    expect(await history()).toEqual(['a STARTED', 'a EXECUTION_FAILED', 'b STARTED', 'b EXECUTION_FAILED']);
  });
});
