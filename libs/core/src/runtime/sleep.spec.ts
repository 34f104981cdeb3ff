import { getEventListeners } from 'node:events';
import { ManualRuntime } from '@nestjs-flamingock/testing';
import { sleep } from './sleep.js';

describe('a sleep', () => {
  it('lasts as long as it is to, and leaves nothing on its signal', async () => {
    const runtime = new ManualRuntime();
    const { signal } = new AbortController();
    let woken = false;
    void sleep(runtime, 100, signal).then(() => (woken = true));
    await runtime.advance(99);
    expect(woken).toBe(false);
    await runtime.advance(1);
    expect(woken).toBe(true);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('ends at once when its signal aborts, before or during it', async () => {
    const runtime = new ManualRuntime();
    const controller = new AbortController();
    const asleep = sleep(runtime, 1_000, controller.signal);
    controller.abort(new TypeError('stop'));
    await expect(asleep).resolves.toBeUndefined();
    await expect(sleep(runtime, 1_000, controller.signal)).resolves.toBeUndefined();
    expect(runtime.monotonicMs()).toBe(0);
  });
});
