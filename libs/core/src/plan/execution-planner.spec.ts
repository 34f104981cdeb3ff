import { auditEntry, InMemoryTargetSystem } from '@nestjs-flamingock/testing';
import type { AuditEntry } from '../audit/audit-entry.js';
import { createSnapshot } from '../audit/audit-snapshot.js';
import type { AuditState } from '../audit/audit-state.js';
import { NewerEntryError } from '../audit/audit.errors.js';
import { RENAME_SUBJECT } from '../audit/renaming.js';
import { ChangeSource } from '../change/fingerprint.js';
import type { ChangeDescriptor } from '../change/change-descriptor.js';
import { aChange, FILES } from '../fixtures/changes.js';
import { changesToRun, type ExecutionPlan } from './execution-plan.js';
import { planExecution } from './execution-planner.js';
import { createPipeline } from './pipeline.js';

const DATABASE = new InMemoryTargetSystem('inventory-db');

function plan(changes: ChangeDescriptor[], entries: Partial<AuditEntry>[]): ExecutionPlan {
  const stages = [...new Set(changes.map(({ stage }) => stage))].map((name) => ({
    name,
    changes: changes.filter(({ stage }) => stage === name),
  }));
  const history = entries.map((fields, index) =>
    auditEntry({ txStrategy: 'NON_TX', targetSystem: 'files', ...fields, seq: index + 1 }),
  );
  return planExecution(createPipeline('inventory', stages), createSnapshot(history));
}
const actions = ({ stages }: ExecutionPlan) =>
  stages.flatMap(({ changes }) => changes.map(({ change, action }) => `${change.id} ${action}`));
const changes = (...ids: string[]) => ids.map((id) => aChange({ id, order: id }));
const executed = (changeId: string) => ({ changeId, state: 'EXECUTED' as const });

describe('planExecution', () => {
  it('executes what history does not know, and skips what it does', () => {
    const planned = plan(changes('a', 'b'), [executed('a')]);
    expect(actions(planned)).toEqual(['a SKIP', 'b EXECUTE']);
    expect(planned.hasWork).toBe(true);
    expect(planned.stages.map(({ name }) => name)).toEqual(['main']);
  });

  it('has no work where everything is applied, or nothing is wanted', () => {
    expect(plan(changes('a'), [executed('a')]).hasWork).toBe(false);
    expect(plan([], [executed('a')]).hasWork).toBe(false);
  });

  it('has work where a manual check is needed', () => {
    const planned = plan(changes('a'), [{ changeId: 'a', state: 'STARTED' }]);
    expect([actions(planned), planned.hasWork]).toEqual([['a MANUAL_INTERVENTION'], true]);
  });

  it('goes by the last entry of each change', () => {
    const planned = plan(changes('a'), [
      executed('a'),
      { changeId: 'a', state: 'ROLLED_BACK' },
      { changeId: 'a', state: 'STARTED' },
    ]);
    expect(actions(planned)).toEqual(['a MANUAL_INTERVENTION']);
    expect(planned.stages[0]?.changes[0]?.entry?.seq).toBe(3);
  });

  it('keeps the order of stages and changes', () => {
    const planned = plan(
      [
        aChange({ id: 'z', stage: 'first' }),
        aChange({ id: 'b', stage: 'second' }),
        aChange({ id: 'a', stage: 'second' }),
      ],
      [],
    );
    expect(actions(planned)).toEqual(['z EXECUTE', 'b EXECUTE', 'a EXECUTE']);
  });

  it('knows changes by their id: a class, an order or a stage may be renamed', () => {
    const moved = aChange({ id: 'a', stage: 'elsewhere', order: '9999', className: 'Renamed' });
    expect(actions(plan([moved], [executed('a')]))).toEqual(['a SKIP']);
  });
});

describe('an entry under the id of a change', () => {
  const entry = { ...executed('a'), targetSystem: 'files', className: 'Publish', author: 'team-inventory' };
  const planned = (fields: Partial<AuditEntry>) => plan(changes('a'), [{ ...entry, ...fields }]);

  it.each<[string, Partial<AuditEntry>]>([
    ['only its target system was renamed', { targetSystem: 'bucket' }],
    ['only its class was renamed', { className: 'PublishFeed' }],
    ['only its author changed', { author: 'ann' }],
    ['class and author changed', { className: 'PublishFeed', author: 'ann' }],
  ])('is about that change where %s', (_what, fields) => {
    expect(actions(planned(fields))).toEqual(['a SKIP']);
    expect(planned(fields).foreign).toEqual([]);
  });

  it.each<[string, Partial<AuditEntry>]>([
    ['class', { className: 'Other' }],
    ['author', { author: 'bob' }],
    ['author, though it is rolled back', { author: 'bob', state: 'ROLLED_BACK' }],
  ])('is about another one where the target system differs and its %s', (_what, fields) => {
    const other = planned({ targetSystem: 'billing-db', ...fields });
    expect(actions(other)).toEqual(['a MANUAL_INTERVENTION']);
    expect(other.foreign.map(({ change }) => change.id)).toEqual(['a']);
    expect(other.stages[0]?.changes[0]?.reason).toContain('"billing-db"');
  });
});

describe('a pending change', () => {
  const publish = (fields: Partial<ChangeDescriptor> = {}) => aChange({ id: 'new', order: '2', ...fields });
  const former = (fields: Partial<AuditEntry> = {}): Partial<AuditEntry> => ({
    ...executed('old'),
    stage: 'main',
    order: '1',
    className: 'Publish',
    targetSystem: 'files',
    ...fields,
  });
  const renamed = (change: ChangeDescriptor, ...entries: Partial<AuditEntry>[]) =>
    plan([change], entries).renamed.map((one) => [one.change.id, one.former.changeId, one.shared]);

  it('was probably renamed where it has the class of an applied one that is gone', () => {
    expect(renamed(publish(), former())).toEqual([['new', 'old', 'class Publish']]);
    expect(renamed(publish({ stage: 'other' }), former())).toHaveLength(1);
    expect(renamed(publish(), former({ targetSystem: 'other' }))).toHaveLength(1);
  });

  it('was not renamed where only the short name is the same that a minifier has given to its class', () => {
    const minified = new ChangeSource(() => ['execute(t){return t.query("x")}']);
    expect(minified.code).toBe('');
    expect(renamed(publish({ order: '0009', source: minified }), former())).toEqual([]);
  });

  it('was probably renamed where it has the place of an applied one that is gone', () => {
    expect(renamed(publish({ order: '1', className: 'Other' }), former())).toEqual([
      ['new', 'old', 'order "1" of stage "main"'],
    ]);
  });

  it('is new where it has only stage or target of one that is gone, or the order in another stage', () => {
    expect(renamed(publish({ className: 'Other' }), former())).toEqual([]);
    expect(renamed(publish({ className: 'Other', order: '1', stage: 'other' }), former())).toEqual([]);
    expect(renamed(publish({ stage: 'other' }), former({ targetSystem: 'other' }))).toEqual([]);
  });

  it('is new where the code still has the applied one, or that one is not applied', () => {
    const both = plan([aChange({ id: 'old', order: '1' }), publish()], [former()]);
    expect(both.renamed).toEqual([]);
    expect(renamed(publish(), former({ state: 'ROLLED_BACK' }))).toEqual([]);
  });

  it('is new where several changes have its class, which then tells nothing', () => {
    expect(renamed(publish(), former(), former({ changeId: 'older', order: '0' }))).toEqual([]);
    const two = plan([publish(), publish({ id: 'newer', order: '3' })], [former()]);
    expect(two.renamed).toEqual([]);
  });
});

describe('changes that the code no longer has', () => {
  it('are named if they are applied', () => {
    const planned = plan(changes('b'), [
      executed('a'),
      { changeId: 'c', state: 'MANUAL_MARKED_AS_EXECUTED' },
      { changeId: 'd', state: 'ROLLED_BACK' },
    ]);
    expect(planned.unknown).toEqual(['a', 'c']);
  });

  it('are named apart if they are neither applied nor taken back', () => {
    const planned = plan(changes('b'), [
      executed('a'),
      { changeId: 'c', state: 'STARTED' },
      { changeId: 'd', state: 'ROLLED_BACK' },
      { changeId: 'b', state: 'EXECUTION_FAILED' },
      { changeId: 'e', state: 'ROLLBACK_FAILED' },
    ]);
    expect(planned).toMatchObject({ unknown: ['a'], unfinished: ['c', 'e'] });
  });

  it('are none of those that it has', () => {
    expect(plan(changes('a', 'b'), [executed('a'), executed('b')]).unknown).toEqual([]);
  });

  it('are no work', () => {
    expect(plan([], [executed('a')])).toMatchObject({ unknown: ['a'], hasWork: false });
  });
});

describe('a history with words of a newer version', () => {
  const newer = (changeId: string) => ({ changeId, state: 'VERIFIED' as AuditState });

  it('gives no plan where one decides about a change, and says which', () => {
    const planning = () => plan(changes('a', 'b'), [executed('a'), newer('b')]);
    expect(planning).toThrow(NewerEntryError);
    expect(planning).toThrow(
      expect.objectContaining({ changeId: 'b', seq: 2, value: 'state "VERIFIED"' }) as Error,
    );
  });

  it('is a matter of that version where the code no longer has the change', () => {
    expect(plan(changes('a'), [executed('a'), newer('gone')])).toMatchObject({
      unknown: [],
      unfinished: [],
      hasWork: false,
    });
  });
});

describe('a history whose service was renamed', () => {
  const rename = { ...RENAME_SUBJECT, metadata: { from: 'default' } };

  it('says what its name was, and has no change of that entry', () => {
    expect(plan(changes('a'), [{ ...rename, state: 'EXECUTED' }, executed('a')])).toMatchObject({
      service: 'inventory',
      renaming: { status: 'finished', from: 'default' },
      unknown: [],
      hasWork: false,
    });
    expect(plan(changes('a'), [{ ...rename, state: 'STARTED' }])).toMatchObject({
      renaming: { status: 'unfinished', from: 'default' },
      unfinished: [],
    });
  });
});

describe('changes out of order', () => {
  const late = (planned: ExecutionPlan) => planned.outOfOrder.map(({ change }) => change.id);

  it('are those never executed that come before an applied one', () => {
    expect(late(plan(changes('a', 'b', 'c', 'd'), [executed('c')]))).toEqual(['a', 'b']);
    expect(late(plan(changes('a', 'b'), [{ changeId: 'b', state: 'MANUAL_MARKED_AS_EXECUTED' }]))).toEqual([
      'a',
    ]);
  });

  it('are none of those that are applied themselves, or failed', () => {
    const history = [executed('a'), { changeId: 'c', state: 'ROLLED_BACK' as const }, executed('d')];
    expect(late(plan(changes('a', 'b', 'c', 'd'), history))).toEqual(['b']);
  });

  it('are executed all the same', () => {
    expect(actions(plan(changes('a', 'b'), [executed('b')]))).toEqual(['a EXECUTE', 'b SKIP']);
  });

  it('are none where all that is applied comes first', () => {
    expect(late(plan(changes('a', 'b'), [executed('a')]))).toEqual([]);
    expect(late(plan(changes('a', 'b'), []))).toEqual([]);
  });

  it('are not those that come before one which is rolled back', () => {
    expect(late(plan(changes('a', 'b'), [{ changeId: 'b', state: 'ROLLED_BACK' }]))).toEqual([]);
  });

  it('are a matter of each stage by itself', () => {
    const planned = plan(
      [aChange({ id: 'a', stage: 'one' }), aChange({ id: 'b', stage: 'two' })],
      [executed('b')],
    );
    expect(late(planned)).toEqual([]);
  });
});

describe('a change whose target system knows how it ended', () => {
  const interrupted = (fields: Partial<AuditEntry> = {}): Partial<AuditEntry>[] => [
    {
      changeId: 'a',
      className: 'Publish',
      state: 'STARTED',
      txStrategy: 'TX_SEPARATE',
      targetSystem: 'inventory-db',
      ...fields,
    },
  ];
  const inDatabase = aChange({ id: 'a', target: DATABASE, transactional: true });

  it('is reconciled', () => {
    expect(actions(plan([inDatabase], interrupted()))).toEqual(['a RECONCILE']);
    expect(actions(plan([inDatabase], interrupted({ state: 'EXECUTION_FAILED' })))).toEqual(['a RECONCILE']);
  });

  it('is reconciled also where it is no longer transactional', () => {
    const relaxed = aChange({ id: 'a', target: DATABASE, transactional: false });
    expect(actions(plan([relaxed], interrupted()))).toEqual(['a RECONCILE']);
  });

  it('needs a manual check where it names another target system now', () => {
    const planned = plan([inDatabase], interrupted({ targetSystem: 'old-db' }));
    expect(actions(planned)).toEqual(['a MANUAL_INTERVENTION']);
    expect(planned.foreign).toEqual([]);
    expect(planned.stages[0]?.changes[0]?.reason).toMatch(/^its end was not recorded, .*"old-db"/);
  });

  it('needs a manual check where its target system has no transactions now', () => {
    const moved = aChange({ id: 'a', target: { ...FILES, id: 'inventory-db' } });
    expect(actions(plan([moved], interrupted()))).toEqual(['a MANUAL_INTERVENTION']);
  });
});

describe('changesToRun', () => {
  it('are those to execute and to reconcile, in the order of stages and changes', () => {
    const planned = plan(
      [
        aChange({ id: 'new', stage: 'first' }),
        aChange({ id: 'done', stage: 'first' }),
        aChange({ id: 'open', stage: 'second', target: DATABASE, transactional: true }),
        aChange({ id: 'stuck', stage: 'second' }),
      ],
      [
        executed('done'),
        { changeId: 'open', state: 'STARTED', txStrategy: 'TX_SEPARATE', targetSystem: 'inventory-db' },
        { changeId: 'stuck', state: 'STARTED' },
      ],
    );
    expect(actions(planned)).toEqual([
      'new EXECUTE',
      'done SKIP',
      'open RECONCILE',
      'stuck MANUAL_INTERVENTION',
    ]);
    expect(changesToRun(planned).map(({ id }) => id)).toEqual(['new', 'open']);
  });
});
