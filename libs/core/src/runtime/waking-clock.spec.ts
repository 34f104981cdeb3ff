import { nodeRuntime } from './node-runtime.js';
import { wakingClock } from './waking-clock.js';

let monotonic: number;
let wall: number;
let uptime: number;
let asked: number;
let now: () => number;

beforeEach(() => {
  [monotonic, wall, uptime, asked] = [100, 1_700_000_000_000, 5_000, 0];
  now = wakingClock({
    monotonicMs: () => monotonic,
    wallMs: () => wall,
    uptimeMs: () => {
      asked += 1;
      return uptime;
    },
  });
});

function pass(ms: number): void {
  monotonic += ms;
  wall += ms;
  uptime += ms;
}
function suspend(ms: number): void {
  wall += ms;
  uptime += ms;
}

describe('the clock of a process', () => {
  it('goes as the monotonic one, and does not ask for the uptime while nothing happens', () => {
    pass(1_000);
    expect([now(), asked]).toEqual([1_100, 1]);
  });

  it('counts the time in which the machine was suspended, each time', () => {
    suspend(60_000);
    pass(5);
    expect(now()).toBe(60_105);
    suspend(40);
    pass(1);
    expect(now()).toBe(60_146);
    pass(1_000);
    expect(now()).toBe(61_146);
  });

  it('takes no notice of a wall clock that is set forward or back', () => {
    wall += 3_600_000;
    expect(now()).toBe(100);
    wall -= 7_200_000;
    pass(10);
    expect(now()).toBe(110);
  });

  it('counts a suspension also where the wall clock is set back right after it', () => {
    suspend(60_000);
    wall -= 3_600_000;
    expect(now()).toBe(60_100);
  });

  it('never goes back, however coarse the uptime is', () => {
    suspend(60_000);
    expect(now()).toBe(60_100);
    uptime -= 900;
    wall += 100;
    expect(now()).toBe(60_100);
  });

  it('is that of Node where this process runs', () => {
    const before = performance.now();
    const between = nodeRuntime.monotonicMs();
    expect(between).toBeGreaterThanOrEqual(before);
  });
});
