import { duration, fullTime, nearTime, shortHash, shortTime, toneOf, words } from './format.js';

const NOON = Date.parse('2030-01-31T12:00:00Z');

describe('words for people', () => {
  it.each([
    [0, '0 ms'],
    [999, '999 ms'],
    [2_400, '2.4 s'],
    [60_000, '1 min'],
    [200_000, '3 min 20 s'],
    [18_120_000, '5 h 2 min'],
  ])('says %d ms as %s', (ms, text) => {
    expect(duration(ms)).toBe(text);
  });

  it('says a near moment by its distance, and another by its date', () => {
    expect(nearTime(NOON - 300_000, NOON)).toBe('5 minutes ago');
    expect(nearTime(NOON + 7_200_000, NOON)).toBe('in 2 hours');
    expect(nearTime(NOON - 200_000_000, NOON)).toBe(shortTime(NOON - 200_000_000));
  });

  it('keeps the moment of the audit store in the full time', () => {
    expect(fullTime('2030-01-31T12:00:00.000Z')).toContain('(2030-01-31T12:00:00.000Z)');
  });

  it('shows what is no time as it is', () => {
    expect([shortTime('soon'), fullTime('soon'), nearTime('soon', NOON)]).toEqual(['soon', 'soon', 'soon']);
  });

  it('gives states of later versions, and names of the language itself, no tone', () => {
    expect(['EXECUTED', 'ROLLBACK_FAILED', 'constructor', 'NEW_STATE'].map(toneOf)).toEqual([
      'ok',
      'bad',
      'plain',
      'plain',
    ]);
    expect(words('MANUAL_MARKED_AS_EXECUTED')).toBe('manual marked as executed');
  });

  it('cuts long digests only', () => {
    expect([shortHash('abc'), shortHash('0123456789abcdef')]).toEqual(['abc', '0123456789ab…']);
  });
});
