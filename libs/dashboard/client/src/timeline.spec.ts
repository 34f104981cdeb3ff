import { spanIn } from './timeline.js';

const at = (seconds: number): string => new Date(seconds * 1_000).toISOString();
const span = (from: number, to: number) => ({ startedAt: at(from), endedAt: at(to) });

describe('the timeline of a run', () => {
  it('places a change where it was', () => {
    expect(spanIn(span(100, 200), span(120, 150))).toEqual({ from: 20, length: 30 });
  });

  it('shows what took no time at all, the last change too', () => {
    const { from, length } = spanIn(span(100, 200), span(200, 200));
    expect(length).toBeGreaterThan(0);
    expect(from + length).toBeLessThanOrEqual(100);
  });

  it('stays in the run where clocks went back, and where the run took no time', () => {
    for (const { from, length } of [
      spanIn(span(100, 200), span(50, 300)),
      spanIn(span(100, 100), span(100, 100)),
      spanIn(span(100, 200), { startedAt: 'soon', endedAt: 'later' }),
    ]) {
      expect(from).toBeGreaterThanOrEqual(0);
      expect(from + length).toBeLessThanOrEqual(100);
    }
  });
});
