import { isAtRest, isSettled, type AuditHead } from './audit-head.js';

const head = (fields: Partial<AuditHead> = {}): AuditHead => ({
  token: 3,
  owner: 'owner-of-3',
  seq: 7,
  hash: 'x',
  settled: { seq: 7, digest: 'mine' },
  ...fields,
});

describe('isSettled', () => {
  it('holds while history ends where this pipeline left nothing to do', () => {
    expect(isSettled(head(), 'mine')).toBe(true);
  });

  it.each<[string, AuditHead | undefined]>([
    ['nothing was ever recorded', undefined],
    ['no run has left nothing to do', head({ settled: null })],
    ['history has moved on', head({ seq: 8 })],
    ['another pipeline did', head({ settled: { seq: 7, digest: 'other' } })],
    ['history is empty', head({ seq: 0, settled: null })],
  ])('does not hold where %s', (_what, recorded) => {
    expect(isSettled(recorded, 'mine')).toBe(false);
  });

  it('does not depend on whose token the head carries', () => {
    expect(isSettled(head({ token: 99 }), 'mine')).toBe(true);
  });
});

describe('isAtRest', () => {
  it('holds while history ends where a run of some pipeline left nothing to do', () => {
    expect(isAtRest(head({ settled: { seq: 7, digest: 'any' } }))).toBe(true);
    expect(isAtRest(head({ seq: 8 }))).toBe(false);
    expect(isAtRest(undefined)).toBe(false);
  });
});
