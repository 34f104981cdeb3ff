import { jest } from '@jest/globals';
import { ManualRuntime } from '@nestjs-flamingock/testing';
import { withinTime } from './within-time.js';

const late = () => new RangeError('too late');

describe('work with a bound on its time', () => {
  it('gives or throws what the work does', async () => {
    const runtime = new ManualRuntime();
    await expect(withinTime(100, Promise.resolve(5), late, runtime)).resolves.toBe(5);
    await expect(withinTime(100, Promise.reject(new TypeError()), late, runtime)).rejects.toBeInstanceOf(
      TypeError,
    );
  });

  it('does not ask what to throw where the work was in time', async () => {
    const asked = jest.fn(late);
    const runtime = new ManualRuntime();
    await withinTime(100, Promise.resolve(), asked, runtime);
    await runtime.advance(100);
    expect(asked).not.toHaveBeenCalled();
  });

  it('fails once its time is over', async () => {
    const runtime = new ManualRuntime();
    const waiting = withinTime(100, new Promise(() => undefined), late, runtime);
    const failed = expect(waiting).rejects.toBeInstanceOf(RangeError);
    await runtime.advance(100);
    await failed;
  });
});
