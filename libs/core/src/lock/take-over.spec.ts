import { jest } from '@jest/globals';
import { ManualRuntime } from '@nestjs-flamingock/testing';
import { passing } from '../fixtures/runs.js';
import { takeOver, type TakeOverActions } from './take-over.js';

const never = new Promise<never>(() => undefined);

class HeldError extends Error {
  constructor(
    readonly holder: unknown,
    cause: unknown,
  ) {
    super('held', { cause });
  }
}

function wait<T>(
  writing: Promise<T>,
  endHolder: TakeOverActions<string>['endHolder'],
  patienceMs = 500,
): Promise<T> {
  const runtime = new ManualRuntime();
  const refusal = (holder: unknown, cause: unknown) => new HeldError(holder, cause);
  return passing(runtime, takeOver(writing, { endHolder, refusal, patienceMs }, runtime));
}

describe('waiting for a write that an open transaction is in the way of', () => {
  it('looks at nobody while the write is quick, and passes what it gives or throws', async () => {
    const look = jest.fn<() => Promise<undefined>>();
    await expect(wait(Promise.resolve(5), look)).resolves.toBe(5);
    await expect(wait(Promise.reject(new RangeError()), look)).rejects.toBeInstanceOf(RangeError);
    expect(look).not.toHaveBeenCalled();
  });

  it('leaves no timer behind', async () => {
    const runtime = new ManualRuntime();
    const callOff = jest.fn();
    jest.spyOn(runtime, 'timer').mockReturnValue(callOff);
    const steps = { endHolder: async () => undefined, refusal: () => new RangeError(), patienceMs: 500 };
    await takeOver(Promise.resolve(5), steps, runtime);
    expect(callOff).toHaveBeenCalledTimes(1);
  });

  it('looks at nobody any more once its time is over', async () => {
    const look = jest.fn(async () => 'connection 7');
    await expect(wait(never, look, 400)).rejects.toBeInstanceOf(HeldError);
    expect(look).toHaveBeenCalledTimes(1);
  });

  it('tells each look whom the one before it has seen', async () => {
    const seen: unknown[] = [];
    const waiting = wait(never, async (before) => {
      seen.push(before);
      return 'connection 7';
    });
    await expect(waiting).rejects.toMatchObject({ holder: 'connection 7', cause: undefined });
    expect(seen.slice(0, 2)).toEqual([undefined, 'connection 7']);
  });

  it('goes on with the write as soon as the holder is ended', async () => {
    let letThrough = (): void => undefined;
    const writing = new Promise<string>((resolve) => {
      letThrough = () => resolve('written');
    });
    const waiting = wait(writing, async (before) => {
      if (before !== undefined) letThrough();
      return 'connection 7';
    });
    await expect(waiting).resolves.toBe('written');
  });

  it('ends with who is in the way, and why that could not be changed', async () => {
    const denied = new RangeError('permission denied');
    const waiting = wait(never, async (before) => {
      if (before !== undefined) throw denied;
      return 'connection 7';
    });
    await expect(waiting).rejects.toMatchObject({ holder: 'connection 7', cause: denied });
  });
});
