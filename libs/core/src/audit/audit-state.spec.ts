import { isApplied, isSettledState, type AuditState } from './audit-state.js';

describe('a state of a change', () => {
  it.each<readonly [AuditState, applied: boolean, settled: boolean]>([
    ['STARTED', false, false],
    ['EXECUTED', true, true],
    ['EXECUTION_FAILED', false, false],
    ['ROLLED_BACK', false, true],
    ['ROLLBACK_FAILED', false, false],
    ['MANUAL_MARKED_AS_EXECUTED', true, true],
    ['MANUAL_MARKED_AS_ROLLED_BACK', false, true],
  ])('%s: applied %s, certain %s', (state, applied, settled) => {
    expect([isApplied(state), isSettledState(state)]).toEqual([applied, settled]);
  });
});
