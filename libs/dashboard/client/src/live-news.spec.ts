import type { LiveState } from '../../src/api/contract.js';
import { isNews } from './live-news.js';

const ACTIVITY = { stage: 's', changeId: 'a', position: 1, of: 2, startedAt: 0, runningMs: 5 };
const STATE: LiveState = { seq: 3, hash: 'h', decisions: 0, lock: { held: false }, activity: ACTIVITY };

describe('what pages read anew for', () => {
  it.each<[string, Partial<LiveState>]>([
    ['an entry', { seq: 4 }],
    ['another history in place of the one that was shown', { hash: 'other' }],
    ['a decision', { decisions: 1 }],
    ['a holder of the lock', { lock: { held: true } }],
    ['another change at work', { activity: { ...ACTIVITY, changeId: 'b' } }],
  ])('is %s', (_, change) => {
    expect(isNews(STATE, { ...STATE, ...change })).toBe(true);
  });

  it('is the first state', () => {
    expect(isNews(undefined, STATE)).toBe(true);
  });

  it('is not how far a change has come, and not the time that the lock has left', () => {
    const later = { ...STATE, activity: { ...ACTIVITY, runningMs: 900, progress: { done: 3, total: 9 } } };
    expect(isNews(STATE, later)).toBe(false);
  });
});
