import { adapterLimits, resolveLimits } from './limits.js';

describe('limits', () => {
  it('follow the limit of an answer where they are not set', () => {
    expect(resolveLimits()).toEqual({
      answerMs: 60_000,
      commitMs: 60_000,
      rollbackMs: 2_000,
      takeOverMs: 30_000,
    });
    expect(resolveLimits({ answerMs: 10_000 })).toMatchObject({ commitMs: 10_000, takeOverMs: 5_000 });
    const all = { answerMs: 1, commitMs: 2, rollbackMs: 3, takeOverMs: 4 };
    expect(resolveLimits(all)).toEqual(all);
  });

  it('end a second earlier in an adapter, or a tenth earlier where that is less', () => {
    const limits = { answerMs: 60_000, commitMs: 500, rollbackMs: 2_000, takeOverMs: 30_000 };
    expect(adapterLimits(limits)).toEqual({ ...limits, answerMs: 59_000, commitMs: 450 });
  });
});
