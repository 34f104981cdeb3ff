import { isPartly, PARTLY } from './entry-metadata.js';

describe('isPartly', () => {
  it('is true for entries that say that part took effect, whatever else they say', () => {
    expect(isPartly({ metadata: PARTLY })).toBe(true);
    expect(isPartly({ metadata: { by: 'ann', ...PARTLY } })).toBe(true);
  });

  it('is false for all others', () => {
    expect(isPartly({ metadata: {} })).toBe(false);
    expect(isPartly({ metadata: { effect: 'all', by: 'part' } })).toBe(false);
    expect(isPartly({})).toBe(false);
  });
});
