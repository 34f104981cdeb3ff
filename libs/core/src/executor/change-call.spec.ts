import { aChange, changeMethod } from '../fixtures/changes.js';
import { executionOf, undoBy, undoOfPart } from './change-call.js';

const rollback = changeMethod(() => undefined, 'rollback');

describe('an undo that fails', () => {
  it('leaves a change executed where its transaction took the undo back', () => {
    expect(undoBy(rollback, {}).rolledBack).toEqual({ state: 'EXECUTED', effect: 'undo-rolled-back' });
  });

  it('leaves what there is of a failed change unknown, also where a transaction took it back', () => {
    const { failed, rolledBack, metadata } = undoOfPart(rollback, { by: 'anna' });
    expect(failed).toEqual({ state: 'ROLLBACK_FAILED', effect: 'undo-failed' });
    expect(rolledBack).toEqual(failed);
    expect(metadata).toEqual({ by: 'anna' });
  });
});

describe('an execution', () => {
  it('has its number where it is tried again in one run', () => {
    expect(executionOf(aChange()).metadata).toEqual({});
    expect(executionOf(aChange(), 2, { tries: '1' }).metadata).toEqual({ tries: '1', attempt: '2' });
  });

  it('says that it is made of steps where no transaction holds them together', () => {
    const stepNames = () => ['a'];
    expect(executionOf(aChange({ stepNames })).metadata).toEqual({ steps: '' });
    expect(executionOf(aChange({ stepNames, transactional: true })).metadata).toEqual({});
    expect(executionOf(aChange({ stepNames: () => [] })).metadata).toEqual({});
  });
});
