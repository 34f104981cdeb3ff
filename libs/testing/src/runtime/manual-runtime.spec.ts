import { ManualClock } from './manual-clock.js';
import { ManualRuntime } from './manual-runtime.js';

describe('ManualRuntime', () => {
  it('stands still until it is advanced', async () => {
    const runtime = new ManualRuntime({ epochMs: 5_000 });
    await runtime.advance(250);
    expect([runtime.monotonicMs(), runtime.wallMs()]).toEqual([250, 5_250]);
  });

  it('wakes sleepers in order of time, and lets each go on before the next', async () => {
    const runtime = new ManualRuntime();
    const seen: string[] = [];
    const visit = async (name: string, ms: number): Promise<void> => {
      await runtime.sleep(ms);
      seen.push(`${name} at ${runtime.monotonicMs()}`);
      await runtime.sleep(15);
      seen.push(`${name} again at ${runtime.monotonicMs()}`);
    };
    const visits = Promise.all([visit('b', 20), visit('a', 10), visit('c', 20)]);
    await runtime.advance(100);
    await visits;
    expect(seen).toEqual([
      'a at 10',
      'b at 20',
      'c at 20',
      'a again at 25',
      'b again at 35',
      'c again at 35',
    ]);
  });

  it('leaves those asleep whose time has not come', async () => {
    const runtime = new ManualRuntime();
    let woken = false;
    void runtime.sleep(100).then(() => (woken = true));
    await runtime.advance(99);
    expect(woken).toBe(false);
    await runtime.advance(1);
    expect(woken).toBe(true);
  });

  it('forgets a timer that is called off', async () => {
    const runtime = new ManualRuntime();
    let rung = 0;
    const callOff = runtime.timer(100, () => (rung += 1));
    runtime.timer(100, () => (rung += 10));
    callOff();
    await runtime.advance(200);
    expect(rung).toBe(10);
  });

  it('moves every runtime that shares its clock', async () => {
    const clock = new ManualClock();
    const [one, two] = [new ManualRuntime({ clock }), new ManualRuntime({ clock, pid: 2 })];
    const asleep = two.sleep(30);
    await one.advance(30);
    await asleep;
    expect(two.monotonicMs()).toBe(30);
  });

  it('draws the same ids and numbers in every run, others for another process or seed', () => {
    const draw = (runtime: ManualRuntime): unknown[] => [runtime.uuid(), runtime.uuid(), runtime.random()];
    const drawn = draw(new ManualRuntime());
    expect(draw(new ManualRuntime())).toEqual(drawn);
    expect(draw(new ManualRuntime({ pid: 2 }))).not.toEqual(drawn);
    expect(draw(new ManualRuntime({ seed: 2 }))).not.toEqual(drawn);
    expect(drawn[0]).not.toBe(drawn[1]);
  });

  it('draws well-formed ids, and numbers from 0 to below 1', () => {
    const runtime = new ManualRuntime();
    for (let index = 0; index < 200; index += 1) {
      expect(runtime.uuid()).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
      const number = runtime.random();
      expect(number >= 0 && number < 1).toBe(true);
    }
  });
});
