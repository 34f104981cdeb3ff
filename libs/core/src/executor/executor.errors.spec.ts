import {
  ChangeTimeoutError,
  LookTimeoutError,
  PartlyAppliedError,
  RollbackFailedError,
  TransactionsUnavailableError,
} from './executor.errors.js';

describe('errors of a change', () => {
  it('say of one that took too long where its time is set', () => {
    expect(new ChangeTimeoutError('publish', 500).message).toMatch(
      /^Change "publish" did not end within 500 ms\. .*timeoutMs in its @Change.*FLAMINGOCK_CHANGE_TIMEOUT_MS/,
    );
  });

  it('keep both failures of one whose rollback failed', () => {
    const error = new RollbackFailedError('publish', new TypeError('full'), new RangeError('still full'));
    expect(error.executionError).toEqual(new TypeError('full'));
    expect(error.message).toBe(
      'The rollback of change "publish" failed: RangeError: still full\nIt was to take back: TypeError: full',
    );
  });

  it('say of one that took effect in part which part, and what to do', () => {
    expect(new PartlyAppliedError('publish', 'statement 2 failed').message).toMatch(
      /^Change "publish" took effect only in part, .*: statement 2 failed\. Complete it or take it back by hand, /,
    );
    expect(new PartlyAppliedError('publish', 'x').message).toMatch(/record which of the two you did\.$/);
  });
});

describe('the codes of these errors', () => {
  it.each([
    ['FLAMINGOCK_CHANGE_TIMEOUT', new ChangeTimeoutError('publish', 500)],
    ['FLAMINGOCK_ROLLBACK_FAILED', new RollbackFailedError('publish', 'x', 'y')],
    ['FLAMINGOCK_PARTLY_APPLIED', new PartlyAppliedError('publish', 'x')],
    ['FLAMINGOCK_LOOK_TIMEOUT', new LookTimeoutError(3_000)],
    ['FLAMINGOCK_TRANSACTIONS_UNAVAILABLE', new TransactionsUnavailableError([])],
  ])('stay what programs ask for: %s', (code, error) => {
    expect(error.code).toBe(code);
  });
});
