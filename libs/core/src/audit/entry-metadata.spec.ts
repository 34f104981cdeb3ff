import {
  hasPartialEffect,
  OPERATOR_KEYS,
  PARTIAL_EFFECT,
  readMetadata,
  writeMetadata,
} from './entry-metadata.js';

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

describe('the metadata of an entry', () => {
  it('is read as it was written, with keys that this version does not know', () => {
    const later = { by: 'ann', 'from a later version': 'x' };
    expect(readMetadata({ metadata: writeMetadata(later) })).toEqual(later);
  });

  it('has two texts in words of an operator, which may need other characters than a database has', () => {
    expect(OPERATOR_KEYS).toEqual(['by', 'reason']);
  });
});
