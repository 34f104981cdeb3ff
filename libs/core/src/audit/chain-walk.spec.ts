import { auditEntries, auditEntry } from '@nestjs-flamingock/testing';
import { entryHash } from './audit-chain.js';
import type { AuditEntry } from './audit-entry.js';
import { CHAIN_START, isSequenceNumber } from './chain.js';
import { cutFault, identityFault, linkFault, placeOf } from './chain-walk.js';

const HISTORY = auditEntries(undefined, { changeId: 'a' }, { changeId: 'b' }, { changeId: 'c' });
const [A, B, C] = HISTORY as [AuditEntry, AuditEntry, AuditEntry];
const HEAD = 'the head';
/** The entry with another content, and the hash that belongs to it. */
const rewritten = (entry: AuditEntry, fields: Partial<AuditEntry>): AuditEntry => {
  const altered = { ...entry, ...fields };
  return { ...altered, hash: entryHash(altered) };
};

describe('linkFault', () => {
  it('finds nothing wrong from the first entry of a history to the last', () => {
    expect([linkFault(CHAIN_START, A), linkFault(A, B), linkFault(B, C)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('names the one entry that is missing, which has no change', () => {
    expect(linkFault(A, C)).toEqual({ seq: 2, fault: 'is missing' });
  });

  it('names all entries that are missing', () => {
    expect(linkFault(CHAIN_START, C)).toEqual({ seq: 1, fault: 'and all up to entry 2 are missing' });
  });

  it.each([
    ['twice', B],
    ['out of order', C],
  ])('tells an entry that is there %s', (_what, last) => {
    expect(linkFault(last, B)).toEqual({
      seq: 2,
      changeId: 'b',
      fault: `is there twice, or after entry ${last.seq}`,
    });
  });

  it('tells an entry that was edited', () => {
    const fault = 'content does not match its hash';
    expect(linkFault(A, { ...B, author: 'x' })).toEqual({ seq: 2, changeId: 'b', fault });
  });

  it('tells an entry that was written after another one than the last', () => {
    expect(linkFault(rewritten(A, { author: 'x' }), B)).toEqual({
      seq: 2,
      changeId: 'b',
      fault: 'does not follow entry 1: it was written after another one',
    });
  });

  it('tells a first entry that was written after another one', () => {
    expect(linkFault(CHAIN_START, rewritten(A, { prevHash: 'f'.repeat(64) }))).toEqual({
      seq: 1,
      changeId: 'a',
      fault: 'does not begin the history: it was written after another one',
    });
  });

  it.each([0, -1, 1.5, NaN, '2', null])('tells an entry at the place %p, which none can have', (seq) => {
    expect(linkFault(A, { ...B, seq: seq as number })).toEqual({
      seq: 2,
      changeId: 'b',
      fault: `has an invalid sequence number (${String(seq)}): it was inserted`,
    });
  });
});

describe('isSequenceNumber', () => {
  it.each([1, 2, Number.MAX_SAFE_INTEGER])('is true for %p', (seq) =>
    expect(isSequenceNumber(seq)).toBe(true),
  );

  it.each([0, -1, 1.5, NaN, Infinity, 2 ** 53, '1', null, undefined, new Date(1)])('is false for %p', (seq) =>
    expect(isSequenceNumber(seq)).toBe(false),
  );
});

describe('placeOf', () => {
  it('keeps place, change and fault, and nothing that was known besides', () => {
    const known = { seq: 2, changeId: 'b', fault: 'is missing', evidence: 'x' };
    expect(placeOf(known)).toEqual({ seq: 2, changeId: 'b', fault: 'is missing' });
  });

  it('names no change where there is none', () => {
    expect(Object.keys(placeOf({ seq: 2, fault: 'is missing' }))).toEqual(['seq', 'fault']);
  });
});

describe('identityFault', () => {
  it('finds nothing wrong with the entry that is known, nor with one at another place', () => {
    expect(identityFault(B, B, HEAD)).toBeUndefined();
    expect(identityFault(A, B, HEAD)).toBeUndefined();
  });

  it('tells another entry in the place of the one that is known', () => {
    expect(identityFault(rewritten(B, { author: 'x' }), B, HEAD)).toEqual({
      seq: 2,
      changeId: 'b',
      fault: 'is not the entry that the head names: the history was rewritten',
    });
  });
});

describe('cutFault', () => {
  it('finds nothing wrong with a history that goes as far as is known, or on from there', () => {
    expect(cutFault(B, B, HEAD)).toBeUndefined();
    expect(cutFault(C, B, HEAD)).toBeUndefined();
  });

  it('tells a history that ends before', () => {
    expect(cutFault(B, C, HEAD)).toEqual({
      seq: 3,
      fault: 'is missing, though the head names entry 3',
    });
    expect(cutFault(CHAIN_START, C, HEAD)).toEqual({
      seq: 1,
      fault: 'and all up to entry 3 are missing, though the head names entry 3',
    });
  });
});

describe('CHAIN_START', () => {
  it('is what the first entry of a service follows', () => {
    expect(CHAIN_START).toEqual({ seq: 0, hash: auditEntry().prevHash });
  });
});
