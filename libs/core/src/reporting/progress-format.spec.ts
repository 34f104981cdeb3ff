import { describeDuration, describeProgress } from './progress-format.js';

describe('describeDuration', () => {
  it.each([
    [400, '0 s'],
    [8_400, '8 s'],
    [119_000, '119 s'],
    [150_000, '3 min'],
    [7_200_000, '2 h'],
    [7_500_000, '2 h 5 min'],
  ])('has %d ms as %s', (ms, text) => {
    expect(describeDuration(ms)).toBe(text);
  });
});

describe('describeProgress', () => {
  it.each([
    [{ done: 370, total: 1000 }, 10_000, '37 % (370 of 1,000), 37/s, 17 s left'],
    [{ done: 370, total: 1000, note: 'sku' }, 500, '37 % (370 of 1,000): sku'],
    [{ done: 2_000_000 }, 10_000, '2,000,000 done, 200,000/s'],
    [{ done: 3, total: 10 }, 90_000, '30 % (3 of 10), 2/min, 4 min left'],
    [{ done: 12, total: 10 }, 4_000, '100 % (12 of 10), 3/s'],
    [{ done: 0, total: 0 }, 4_000, '100 % (0 of 0)'],
    [{ done: 0, total: 10, note: '' }, 4_000, '0 % (0 of 10)'],
  ])('has %j after %d ms as %s', (progress, runningMs, text) => {
    expect(describeProgress(progress, runningMs)).toBe(text);
  });
});
