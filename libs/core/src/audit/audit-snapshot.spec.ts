import { auditEntry } from '@nestjs-flamingock/testing';
import { chainEntries } from './audit-chain.js';
import type { AuditEntry } from './audit-entry.js';
import { GENESIS_HASH } from './chain.js';
import type { AuditHead } from './audit-head.js';
import { createSnapshot, tailFault } from './audit-snapshot.js';

/** A history of entries for these changes, in order. */
function historyOf(...changeIds: string[]): AuditEntry[] {
  const { createdAt, ...record } = auditEntry();
  const records = changeIds.map((changeId) => ({ record: { ...record, changeId }, createdAt }));
  return chainEntries({ seq: 0, hash: GENESIS_HASH }, records);
}

const headOf = (history: readonly AuditEntry[]): AuditHead => {
  const { seq, hash } = history.at(-1) ?? { seq: 0, hash: GENESIS_HASH };
  return { token: 1, owner: null, seq, hash, settled: null };
};

describe('createSnapshot', () => {
  it('has the last entry of each change, in whatever order they come', () => {
    const [a1, b, a2] = historyOf('a', 'b', 'a');
    for (const entries of [
      [a1!, b!, a2!],
      [a2!, b!, a1!],
    ]) {
      expect(Object.fromEntries(createSnapshot(entries))).toEqual({ a: a2, b });
    }
  });

  it('does not touch what it is given', () => {
    const entries = Object.freeze(historyOf('a', 'b').reverse());
    expect(createSnapshot(entries).size).toBe(2);
  });
});

describe('tailFault', () => {
  it('finds nothing wrong with an unchanged history', () => {
    const history = historyOf('a', 'b', 'a');
    expect(tailFault(headOf(history), createSnapshot(history))).toBeUndefined();
  });

  it('finds nothing wrong with no history', () => {
    expect(tailFault(headOf([]), createSnapshot([]))).toBeUndefined();
  });

  it('tells that the head of no history was edited', () => {
    const edited = { ...headOf([]), hash: 'f'.repeat(64) };
    expect(tailFault(edited, createSnapshot([]))).toBe('its head was changed');
  });

  it.each([
    [
      'the last entry is missing',
      (history: AuditEntry[]) => history.slice(0, -1),
      /entry 2 as the last.* found is 1/,
    ],
    ['every entry is missing', () => [], /found is 0/],
    [
      'an entry was added behind the head',
      (history: AuditEntry[]) => [...history, ...historyOf('a', 'b', 'c').slice(2)],
      /found is 3/,
    ],
    [
      'the last entry was edited',
      ([a, b]: AuditEntry[]) => [a!, { ...b!, state: 'ROLLED_BACK' as const }],
      /entry 2 \(b\) was changed/,
    ],
    [
      'the last entry was edited and hashed anew',
      ([a]: AuditEntry[]) => [a!, historyOf('a', 'c')[1]!],
      /entry 2 \(c\) was changed/,
    ],
  ])('tells that %s', (_what, alter, fault) => {
    const history = historyOf('a', 'b');
    expect(tailFault(headOf(history), createSnapshot(alter(history)))).toMatch(fault);
  });
});
