import { ManualRuntime } from '@nestjs-flamingock/testing';
import { failureOf, passing } from '../fixtures/runs.js';
import { retryWhile } from './retry-while.js';

const BOUNDS = { forMs: 1_000, isPassing: (error: unknown) => error instanceof RangeError, pauseMs: 50 };

let runtime: ManualRuntime;
let attempts: number;

beforeEach(() => {
  runtime = new ManualRuntime();
  attempts = 0;
});

const failing = (times: number, error: Error) => async () => {
  attempts += 1;
  if (attempts <= times) throw error;
  return 'done';
};

describe('retryWhile', () => {
  it('repeats what fails with a passing error until it succeeds', async () => {
    expect(await passing(runtime, retryWhile(runtime, BOUNDS, failing(3, new RangeError())))).toBe('done');
    expect(attempts).toBe(4);
  });

  it('throws an error that does not pass at once', async () => {
    const error = new TypeError();
    expect(await failureOf(retryWhile(runtime, BOUNDS, failing(1, error)))).toBe(error);
    expect(attempts).toBe(1);
  });

  it('throws the last error once its time is up, with a pause of half to all of the longest in between', async () => {
    const error = new RangeError();
    expect(await failureOf(passing(runtime, retryWhile(runtime, BOUNDS, failing(Infinity, error))))).toBe(
      error,
    );
    expect(runtime.monotonicMs()).toBeGreaterThanOrEqual(BOUNDS.forMs);
    expect(attempts).toBeGreaterThanOrEqual(BOUNDS.forMs / BOUNDS.pauseMs);
    expect(attempts).toBeLessThanOrEqual((2 * BOUNDS.forMs) / BOUNDS.pauseMs + 1);
  });
});
