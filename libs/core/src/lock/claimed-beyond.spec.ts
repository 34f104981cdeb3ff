import { isClaimedBeyond } from './claimed-beyond.js';

const claim = (token: number, owner: string | null) => ({ token, owner });

describe('isClaimedBeyond', () => {
  it('shuts out whoever has a lower token', () => {
    expect(isClaimedBeyond(claim(3, 'b'), claim(2, 'a'))).toBe(true);
    expect(isClaimedBeyond(claim(3, 'a'), claim(2, 'a'))).toBe(true);
  });

  it('lets a holder with a higher token go on, whoever had claimed it', () => {
    expect(isClaimedBeyond(claim(2, 'b'), claim(3, 'a'))).toBe(false);
  });

  it('shuts out another owner who was given the same token, as by a store that was restored', () => {
    expect(isClaimedBeyond(claim(3, 'b'), claim(3, 'a'))).toBe(true);
    expect(isClaimedBeyond(claim(3, null), claim(3, 'a'))).toBe(true);
  });

  it('lets the owner of the claim go on', () => {
    expect(isClaimedBeyond(claim(3, 'a'), claim(3, 'a'))).toBe(false);
  });
});
