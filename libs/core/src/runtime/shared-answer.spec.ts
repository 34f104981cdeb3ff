import { ManualRuntime } from '@nestjs-flamingock/testing';
import { SharedAnswer } from './shared-answer.js';

let runtime: ManualRuntime;
let asked: number;

beforeEach(() => {
  runtime = new ManualRuntime();
  asked = 0;
});

const answering = (ask: (question: number) => Promise<number>) =>
  new SharedAnswer(() => ask((asked += 1)), 1_000, runtime);

describe('SharedAnswer', () => {
  it('gives an answer again while it is fresh, and asks anew after that', async () => {
    const shared = answering((question) => Promise.resolve(question));
    expect(await Promise.all([shared.get(), shared.get()])).toEqual([1, 1]);
    await runtime.advance(999);
    expect(await shared.get()).toBe(1);
    await runtime.advance(1);
    expect(await shared.get()).toBe(2);
  });

  it('puts no second question while the first is on its way, however long that takes', async () => {
    const shared = answering(async (question) => {
      await runtime.sleep(5_000);
      return question;
    });
    const first = shared.get();
    await runtime.advance(3_000);
    const second = shared.get();
    await runtime.advance(2_000);
    expect([await first, await second, asked]).toEqual([1, 1, 1]);
    void shared.get();
    expect(asked).toBe(2);
  });

  it('gives a failure again while it is fresh', async () => {
    const shared = answering(() => Promise.reject(new TypeError('away')));
    await expect(shared.get()).rejects.toThrow('away');
    await expect(shared.get()).rejects.toThrow('away');
    expect(asked).toBe(1);
  });

  it('is not waited for longer than asked', async () => {
    const shared = answering(async (question) => {
      await runtime.sleep(5_000);
      return question;
    });
    const first = shared.within(2_000);
    await runtime.advance(2_000);
    expect(await first).toBeUndefined();
    const second = shared.within(4_000);
    await runtime.advance(3_000);
    expect([await second, asked]).toEqual([1, 1]);
  });
});
