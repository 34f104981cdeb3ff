import { auditEntry } from '@nestjs-flamingock/testing';
import { PARTIAL_EFFECT } from '../audit/entry-metadata.js';
import { aChange, changeMethod } from '../fixtures/changes.js';
import { changeFacts, entryFacts } from './issue-facts.js';

describe('changeFacts', () => {
  it('says of a change in code whether it can be rolled back, and what its author advises', () => {
    expect(changeFacts(aChange({ id: 'a', guidance: 'Look.' }))).toEqual({
      changeId: 'a',
      hasRollback: false,
      hint: 'Look.',
      inCode: true,
    });
    expect(changeFacts(aChange({ rollback: changeMethod(() => undefined, 'rollback') }))).toMatchObject({
      hasRollback: true,
    });
  });
});

describe('entryFacts', () => {
  it('repeats what was recorded', () => {
    const recorded = { state: 'EXECUTION_FAILED', operation: 'EXECUTE', error: 'full' } as const;
    expect(entryFacts(auditEntry({ ...recorded, className: 'Publish', targetSystem: 'files' }))).toEqual({
      ...recorded,
      className: 'Publish',
      targetSystem: 'files',
      txStrategy: 'TX_SHARED',
      rollbackRan: false,
      hasPartialEffect: false,
    });
  });

  it('finds that the rollback method ran where its failure is recorded: of an undo, or without a transaction', () => {
    const ran = (fields: Parameters<typeof auditEntry>[0]) =>
      entryFacts(auditEntry({ state: 'ROLLBACK_FAILED', ...fields })).rollbackRan;
    expect(ran({ txStrategy: 'NON_TX' })).toBe(true);
    expect(ran({ operation: 'UNDO' })).toBe(true);
    expect(ran({})).toBe(false);
    expect(ran({ txStrategy: 'NON_TX', state: 'EXECUTION_FAILED' })).toBe(false);
  });

  it('tells that the target system proves a part', () => {
    expect(entryFacts(auditEntry({ metadata: PARTIAL_EFFECT })).hasPartialEffect).toBe(true);
  });
});
