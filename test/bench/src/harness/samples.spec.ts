import { median, pairedRatio, spread } from './samples.js';

describe('figures of repeated runs', () => {
  it('have the middle one as their median, whatever their order', () => {
    expect(median([30, 10, 20])).toBe(20);
    expect(median([40, 10, 20, 30])).toBe(25);
    expect(median([7])).toBe(7);
  });

  it('are compared round by round', () => {
    expect(pairedRatio([10, 200, 30], [20, 400, 10])).toBe(0.5);
  });

  it('spread from the smallest to the largest', () => {
    expect(spread([3, 1, 2])).toEqual([1, 3]);
  });
});
