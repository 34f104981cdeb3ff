import { hasPartialEffect, PARTIAL_EFFECT } from './entry-metadata.js';

describe('hasPartialEffect', () => {
  it('is true for entries that say that part took effect, whatever else they say', () => {
    expect(hasPartialEffect({ metadata: PARTIAL_EFFECT })).toBe(true);
    expect(hasPartialEffect({ metadata: { by: 'ann', ...PARTIAL_EFFECT } })).toBe(true);
  });

  it('is false for all others', () => {
    expect(hasPartialEffect({ metadata: {} })).toBe(false);
    expect(hasPartialEffect({ metadata: { effect: 'all', by: 'part' } })).toBe(false);
    expect(hasPartialEffect({})).toBe(false);
  });
});
