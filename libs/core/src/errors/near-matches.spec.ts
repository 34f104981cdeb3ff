import { nearMatches } from './near-matches.js';

const KNOWN = ['create-products', 'create-prices', 'add-category', 'publish-feed', 'x'];

describe('nearMatches', () => {
  it.each([
    ['create-product', ['create-products']],
    ['craete-prices', ['create-prices']],
    ['ADD-CATEGORY', ['add-category']],
    ['feed', ['publish-feed']],
    ['0004-publish-feed', ['publish-feed']],
    ['something-else-entirely', []],
    ['', ['x']],
  ])('of %j are %j', (wanted, near) => {
    expect(nearMatches(wanted, KNOWN).slice(0, 1)).toEqual(near);
  });

  it('are three at most, the most alike first', () => {
    const known = ['step-9', 'step-12', 'step-1', 'step-2', 'step-3'];
    expect(nearMatches('step-1', known)).toEqual(['step-1', 'step-9', 'step-12']);
  });
});
