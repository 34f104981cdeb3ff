import { auditEntries } from '@nestjs-flamingock/testing';
import { acceptanceOf, AcceptingWalk, type BrokenEntry } from './accepting-walk.js';
import { entryHash } from './audit-chain.js';
import type { AuditEntry } from './audit-entry.js';
import { CHAIN_START } from './chain.js';

const [A, B, C] = auditEntries(undefined, { changeId: 'a' }, { changeId: 'b' }, { changeId: 'c' }) as [
  AuditEntry,
  AuditEntry,
  AuditEntry,
];
/** The entry as a session setting, say, has garbled it. */
const garbled = (entry: AuditEntry): AuditEntry => ({ ...entry, author: '???' });
const walked = (...entries: readonly AuditEntry[]): AcceptingWalk => {
  const walk = new AcceptingWalk();
  for (const entry of entries) expect(walk.step(entry)).toBeUndefined();
  return walk;
};
/** What an operator's finding says, as the entry after `last`. */
const finding = (last: AuditEntry, broken: BrokenEntry, fields: Partial<AuditEntry> = {}): AuditEntry =>
  auditEntries(last, { operation: 'FIX', metadata: acceptanceOf(broken), ...fields })[0];

describe('a walk along a history', () => {
  it('is at the end of what it has seen, and has found nothing where nothing was changed', () => {
    expect(new AcceptingWalk().last).toEqual(CHAIN_START);
    expect(walked(A, B, C)).toMatchObject({ last: C, broken: [], accepted: [] });
  });

  it('goes on past an entry that was changed, and says what stands there', () => {
    const { last, broken } = walked(A, garbled(B), C);
    expect(last).toEqual(C);
    expect(broken).toEqual([
      {
        seq: 2,
        changeId: 'b',
        fault: 'content does not match its hash',
        evidence: `${A.hash}:${entryHash(garbled(B))}`,
      },
    ]);
  });

  it('ends where an entry is missing: no finding can put it back', () => {
    expect(walked(A).step(C)).toEqual({ seq: 2, fault: 'is missing' });
    expect(walked(A, B).step(A)).toMatchObject({ seq: 1, fault: expect.stringContaining('twice') });
  });

  it('ends where more than a thousand entries were changed', () => {
    const entries = auditEntries(undefined, {}, ...Array.from({ length: 1_000 }, () => ({}))).map(garbled);
    const walk = walked(...entries.slice(0, 1_000));
    expect(walk.step(entries[1_000]!)).toMatchObject({ seq: 1_001, changeId: 'create-tables' });
    expect(walk.broken).toHaveLength(1_000);
  });
});

describe('a finding about a changed entry', () => {
  const [broken] = walked(A, garbled(B)).broken as [BrokenEntry];

  it('accepts it, and the walk remembers both', () => {
    expect(walked(A, garbled(B), finding(B, broken))).toMatchObject({ broken: [], accepted: [broken] });
  });

  it('accepts no other place', () => {
    const walk = walked(garbled(A), garbled(B), C);
    const [first, second] = walk.broken as [BrokenEntry, BrokenEntry];
    walk.step(finding(C, second));
    expect(walk).toMatchObject({ broken: [first], accepted: [second] });
  });

  it.each<readonly [string, (entry: BrokenEntry) => AuditEntry]>([
    ['it was changed again since', (one) => finding(B, { ...one, evidence: 'other' })],
    ['it is about another place', (one) => finding(B, { ...one, seq: 1 })],
    ['it is no finding of an operator', (one) => finding(B, one, { operation: 'EXECUTE' })],
    ['it accepts nothing', (one) => finding(B, one, { metadata: { by: 'ann' } })],
    ['it was itself changed', (one) => garbled(finding(B, one))],
  ])('does not hold where %s', (_what, entry) => {
    const walk = walked(A, garbled(B), entry(broken));
    expect(walk.accepted).toEqual([]);
    expect(walk.broken[0]).toEqual(broken);
  });
});
