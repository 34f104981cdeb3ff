import {
  InMemoryAuditStore,
  InMemoryDatabase,
  InMemoryTable,
  InMemoryTargetSystem,
  ManualRuntime,
} from '@nestjs-flamingock/testing';
import type { AuditEntry } from '../audit/audit-entry.js';
import type { TxStrategy } from '../audit/tx-strategy.js';
import type { ChangeDescriptor, Invocation } from '../change/change-descriptor.js';
import { ChangeSource } from '../change/fingerprint.js';
import { aChange, changeMethod } from '../fixtures/changes.js';
import { anEngine } from '../fixtures/engines.js';
import { failureOf, openRun, passing, SERVICE, statesOf } from '../fixtures/runs.js';
import type { Engine } from '../run/engine.js';
import { execute } from './execute.js';
import { issueList } from './issues.js';
import { DevelopmentOnlyError, RedoRefusedError, UnknownChangeError } from './operation.errors.js';
import type { OperationContext } from './operation-context.js';
import { plan } from './plan.js';
import { redo } from './redo.js';
import type { RedoRequest } from './redo-plan.js';

let runtime: ManualRuntime;
let auditDatabase: InMemoryDatabase;
let targetDatabase: InMemoryDatabase;

beforeEach(() => {
  runtime = new ManualRuntime();
  auditDatabase = new InMemoryDatabase({ now: runtime.wallMs });
  targetDatabase = new InMemoryDatabase({ now: runtime.wallMs });
});

/** One build of the code: what its changes do. */
interface Build {
  readonly ids?: readonly string[];
  readonly writes?: string;
  readonly fails?: boolean;
  readonly hasRollback?: boolean;
  readonly undoFails?: boolean;
  readonly isDevelopment?: boolean;
}

const table = ({ handles }: Invocation) => handles.get(InMemoryTable) as InMemoryTable;

function build(strategy: TxStrategy, of: Build = {}): Engine {
  const { ids = ['a'], writes = 'a', fails = false, hasRollback = false } = of;
  const database = strategy === 'TX_SHARED' ? auditDatabase : targetDatabase;
  const target = new InMemoryTargetSystem('inventory-db', database);
  const execution = changeMethod(async (invocation) => {
    await table(invocation).set(writes, 1);
    if (fails) throw new TypeError('half written');
  });
  const rollback = changeMethod(async (invocation) => {
    await table(invocation).delete('a');
    if (of.undoFails) throw new TypeError('nor is this');
  }, 'rollback');
  const changes = ids.map((id, at): ChangeDescriptor =>
    aChange({
      id,
      order: `000${at}`,
      target,
      transactional: strategy !== 'NON_TX',
      source: new ChangeSource(() => [`execute() { write(${writes}); }`]),
      execution,
      ...(hasRollback && { rollback }),
    }),
  );
  const settings = { development: { isOn: of.isDevelopment ?? true, why: 'a test says so' } };
  return anEngine({ store: new InMemoryAuditStore(auditDatabase), runtime, changes, settings });
}

const signal = () => new AbortController().signal;
const apply = (engine: Engine) => passing(runtime, execute(engine, signal()));
const redoing = (engine: Engine, request: RedoRequest = { changeId: 'a' }, context: OperationContext = {}) =>
  passing(runtime, redo(engine, request, { ...context, signal: signal() }));
const history = () => statesOf(new InMemoryAuditStore(auditDatabase));
const entries = async (): Promise<AuditEntry[]> => {
  const found: AuditEntry[] = [];
  for await (const entry of new InMemoryAuditStore(auditDatabase).readHistory(SERVICE)) found.push(entry);
  return found;
};
const rowsOf = async (strategy: TxStrategy) => {
  const database = strategy === 'TX_SHARED' ? auditDatabase : targetDatabase;
  return (await new InMemoryTable(database).entries()).map(([key]) => key);
};

const EXECUTED = ['a STARTED', 'a EXECUTED'];
const FORGOTTEN = 'a MANUAL_MARKED_AS_ROLLED_BACK';
const who = { actor: 'ann', reason: 'half written' };

describe.each(['NON_TX', 'TX_SHARED', 'TX_SEPARATE'] as const)('redo of a %s change', (strategy) => {
  it('undoes it by its rollback method and executes it as it is now, as often as it is asked for', async () => {
    await apply(build(strategy, { hasRollback: true }));
    const edited = build(strategy, { hasRollback: true, writes: 'b' });
    expect(await redoing(edited, undefined, who)).toMatchObject({
      status: 'redone',
      before: 'undone',
      undone: { changeId: 'a', result: 'undone' },
      change: { changeId: 'a', result: 'executed' },
    });
    expect(await rowsOf(strategy)).toEqual(['b']);
    expect(await history()).toEqual([...EXECUTED, 'a STARTED', 'a ROLLED_BACK', ...EXECUTED]);
    expect((await entries())[3]).toMatchObject({
      operation: 'UNDO',
      metadata: { by: 'ann', reason: 'half written' },
    });
    expect(await redoing(edited)).toMatchObject({ status: 'redone', before: 'undone' });
    expect((await plan(edited)).edited).toEqual([]);
    expect(await apply(edited)).toMatchObject({ status: 'up-to-date' });
  });

  it('forgets what has no rollback method, says that its effect stays, and executes it', async () => {
    await apply(build(strategy));
    const report = await redoing(build(strategy, { writes: 'b' }), undefined, who);
    expect(report).toMatchObject({ status: 'redone', before: 'forgotten', change: { result: 'executed' } });
    expect(report.warnings.join()).toMatch(/forgotten, not undone: .*still in target system "inventory-db"/);
    expect(await rowsOf(strategy)).toEqual(['a', 'b']);
    expect(await history()).toEqual([...EXECUTED, FORGOTTEN, ...EXECUTED]);
    expect((await entries())[2]).toMatchObject({
      operation: 'FORGET',
      txStrategy: strategy,
      metadata: { by: 'ann', reason: 'half written', effect: 'stays' },
    });
    expect(await redoing(build(strategy))).toMatchObject({ status: 'redone', before: 'forgotten' });
  });

  it('stops where the execution fails, and goes on from there once that is corrected', async () => {
    await apply(build(strategy));
    const broken = await redoing(build(strategy, { fails: true }));
    expect(broken).toMatchObject({ status: 'stopped', before: 'forgotten', change: { result: 'failed' } });
    expect(broken.change?.nextSteps?.length).toBeGreaterThan(0);
    expect(await redoing(build(strategy, { writes: 'b' }))).toMatchObject({ status: 'redone' });
    expect(await issueList(build(strategy))).toEqual([]);
  });

  it('executes nothing where the undo fails, and forgets nothing', async () => {
    await apply(build(strategy, { hasRollback: true }));
    const report = await redoing(build(strategy, { hasRollback: true, undoFails: true, writes: 'b' }));
    expect(report).toMatchObject({ status: 'stopped', before: 'undo-failed', undone: { result: 'failed' } });
    expect(report.change).toBeUndefined();
    expect(await rowsOf(strategy)).not.toContain('b');
    expect((await entries()).map(({ operation }) => operation)).not.toContain('FORGET');
  });

  it('is refused where development is off, without a trace', async () => {
    await apply(build(strategy));
    const error = await failureOf(redoing(build(strategy, { isDevelopment: false })));
    expect(error).toBeInstanceOf(DevelopmentOnlyError);
    expect((error as Error).message).toMatch(/a test says so.*FLAMINGOCK_DEV=1 npx .* redo -c a/);
    expect(await history()).toEqual(EXECUTED);
  });

  it('is refused with the changes that were applied later, unless these are to stay', async () => {
    const engine = build(strategy, { ids: ['a', 'b', 'c'] });
    await apply(engine);
    const before = await history();
    const error = await failureOf(redoing(engine));
    expect(error).toBeInstanceOf(RedoRefusedError);
    expect((error as Error).message).toMatch(/: b, c\..*undo --to a.*redo -c a --keep-later/);
    expect(await history()).toEqual(before);
    expect(await redoing(engine, { changeId: 'c' })).toMatchObject({ status: 'redone' });
    expect(await redoing(engine, { changeId: 'a', keepLater: true })).toMatchObject({ status: 'redone' });
  });
});

it('a redo executes a change that a crash has left open, and says what may be left of it', async () => {
  const run = await openRun(new InMemoryAuditStore(auditDatabase), runtime);
  const [change] = build('NON_TX').pipeline.stages[0]!.changes;
  const { id: changeId, stage, order, author, className } = change!;
  const facts = { changeId, stage, order, author, className, targetSystem: 'inventory-db' } as const;
  const started = { state: 'STARTED', at: run.journal.now() } as const;
  const strategy = {
    txStrategy: 'NON_TX',
    recoveryStrategy: change!.recovery,
    transactional: false,
  } as const;
  await run.journal.append({ ...facts, ...strategy }, started);
  await run.lease.release();
  expect(await redoing(build('NON_TX'))).toMatchObject({ status: 'redone', before: 'forgotten' });
  expect(await history()).toEqual(['a STARTED', FORGOTTEN, ...EXECUTED]);
});

it('a redo of a change that comes after pending ones is refused', async () => {
  const engine = build('NON_TX', { ids: ['a', 'b'] });
  const error = await failureOf(redoing(engine, { changeId: 'b' }));
  expect(error).toBeInstanceOf(RedoRefusedError);
  expect((error as Error).message).toMatch(/comes before it: a\. Run `npx .* execute`/);
  expect(await redoing(engine)).toMatchObject({ status: 'redone', before: 'nothing' });
});

it('a redo of what neither code nor history knows is refused', async () => {
  expect(await failureOf(redoing(build('NON_TX'), { changeId: 'aa' }))).toBeInstanceOf(UnknownChangeError);
});

it('a redo of what the code no longer has is refused', async () => {
  await apply(build('NON_TX', { ids: ['a', 'b'] }));
  expect(await failureOf(redoing(build('NON_TX'), { changeId: 'b' }))).toBeInstanceOf(RedoRefusedError);
});
