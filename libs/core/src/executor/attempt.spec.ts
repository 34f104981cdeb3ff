import { getEventListeners } from 'node:events';
import { jest } from '@jest/globals';
import { ManualRuntime } from '@nestjs-flamingock/testing';
import { passing } from '../fixtures/runs.js';
import { attempt, type Attempt } from './attempt.js';
import { ChangeTimeoutError } from './executor.errors.js';

let runtime: ManualRuntime;
let outer: AbortController;

beforeEach(() => {
  runtime = new ManualRuntime();
  outer = new AbortController();
});

function run(work: (signal: AbortSignal) => Promise<void>, timeoutMs?: number): Promise<Attempt> {
  const bounds = { changeId: 'publish', timeoutMs, graceMs: () => 1_000, signal: outer.signal };
  return attempt(runtime, bounds, work);
}
const untilAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve());
  });
const never = (): Promise<void> => new Promise(() => undefined);

describe('attempt', () => {
  it('is done when the work is', async () => {
    expect(await run(() => Promise.resolve())).toEqual({ status: 'done' });
    expect(await run(() => Promise.resolve(), 500)).toEqual({ status: 'done' });
  });

  it.each([[new TypeError('mine')], ['x'], [undefined]])(
    'threw what the work rejects with',
    async (error) => {
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- anything can be thrown
      expect(await run(() => Promise.reject(error))).toEqual({ status: 'threw', error });
    },
  );

  it('threw what the work throws at once', async () => {
    const error = new TypeError('mine');
    const throwing = () => {
      throw error;
    };
    expect(await run(throwing)).toEqual({ status: 'threw', error });
  });

  it('tells the work when its time is up, and why', async () => {
    let reason: unknown;
    const result = await passing(
      runtime,
      run(async (signal) => {
        await untilAborted(signal);
        reason = signal.reason;
        throw new TypeError('stopped');
      }, 500),
    );
    expect(reason).toMatchObject(new ChangeTimeoutError('publish', 500));
    expect(result).toEqual({ status: 'threw', error: new TypeError('stopped') });
  });

  it('lets work end well within the grace time', async () => {
    const work = async (signal: AbortSignal) => {
      await untilAborted(signal);
      await runtime.sleep(900);
    };
    expect(await passing(runtime, run(work, 500))).toEqual({ status: 'done' });
  });

  it('abandons work that does not end within the grace time', async () => {
    const work = async (signal: AbortSignal) => {
      await untilAborted(signal);
      await runtime.sleep(1_100);
    };
    const result = await passing(runtime, run(work, 500));
    expect(result.status).toBe('abandoned');
    expect(result.status === 'abandoned' && result.error).toBeInstanceOf(ChangeTimeoutError);
    expect(runtime.monotonicMs()).toBeLessThan(1_700);
  });

  it('has no bound where none is given', async () => {
    let ended = false;
    void run(never).then(() => (ended = true));
    await runtime.advance(10_000_000);
    expect(ended).toBe(false);
  });

  it('sets no timer where no bound is given', async () => {
    const timer = jest.spyOn(runtime, 'timer');
    await run(() => Promise.resolve());
    expect(timer).not.toHaveBeenCalled();
  });

  it('forgets about the signal of work that has ended', async () => {
    let kept: AbortSignal | undefined;
    await run(async (signal) => {
      kept = signal;
    });
    expect(kept && getEventListeners(kept, 'abort')).toEqual([]);
  });

  it('abandons work for a reason from outside', async () => {
    const result = run(never, 5_000);
    outer.abort(new TypeError('shutdown'));
    expect(await passing(runtime, result)).toEqual({ status: 'abandoned', error: new TypeError('shutdown') });
  });

  it('gives work that begins after such a reason the grace time only', async () => {
    outer.abort(new TypeError('shutdown'));
    expect(await run(() => Promise.resolve())).toEqual({ status: 'done' });
    expect((await passing(runtime, run(never))).status).toBe('abandoned');
  });

  it('does not abort the signal of work that has ended in time', async () => {
    let kept: AbortSignal | undefined;
    await run(async (signal) => {
      kept = signal;
    }, 500);
    await runtime.advance(10_000);
    expect(kept?.aborted).toBe(false);
  });
});
