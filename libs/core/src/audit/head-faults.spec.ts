import { auditEntry } from '@nestjs-flamingock/testing';
import { GENESIS_HASH } from './chain.js';
import type { AuditHead } from './audit-head.js';
import { at, headFault, tokenFault } from './head-faults.js';

const TAIL = auditEntry({ changeId: 'a' });
const EMPTY: AuditHead = { token: 1, owner: null, seq: 0, hash: GENESIS_HASH, settled: null };
const HEAD: AuditHead = { ...EMPTY, seq: 1, hash: TAIL.hash };
const atTail = (fault: string) => ({ seq: 1, changeId: 'a', fault });

describe('headFault', () => {
  it('finds nothing wrong with a head that names the last entry, or one that was appended since', () => {
    expect(headFault(TAIL, HEAD)).toBeUndefined();
    expect(headFault(TAIL, { ...HEAD, seq: 2, hash: 'f'.repeat(64) })).toBeUndefined();
  });

  it('finds nothing wrong with a service that has no history', () => {
    expect(headFault(undefined, undefined)).toBeUndefined();
    expect(headFault(undefined, EMPTY)).toBeUndefined();
  });

  it('tells entries above which the head is missing', () => {
    expect(headFault(TAIL, undefined)).toEqual(
      atTail('has no head above it: the head of the history is missing'),
    );
  });

  it('tells entries that are beyond the head', () => {
    expect(headFault(TAIL, EMPTY)).toEqual(atTail('is beyond the head, which names entry 0'));
  });

  it('tells a head that names another entry in that place', () => {
    expect(headFault(TAIL, { ...HEAD, hash: 'f'.repeat(64) })?.fault).toMatch(
      /not the entry that the head of the history names/,
    );
  });

  it.each<readonly [string, object]>([
    ['a token that is no whole number', { token: 1.5 }],
    ['a token that is a text', { token: '1' }],
    ['a hash that is none', { hash: 'x' }],
    ['a hash with something before it', { hash: `x${TAIL.hash}` }],
    ['a hash with something after it', { hash: `${TAIL.hash}x` }],
    ['a hash that is no text', { hash: { toString: () => TAIL.hash } }],
    ['an invalid sequence number', { seq: 1.5 }],
    ['no entry, and the hash of one', { seq: 0 }],
  ])('tells a head with %s', (_what, fields) => {
    const edited = 'is under a head that was edited: no run has written it so';
    expect(headFault(TAIL, { ...HEAD, ...fields })).toEqual(atTail(edited));
    expect(headFault(undefined, { ...HEAD, ...fields })).toEqual({ seq: 0, fault: edited });
  });
});

describe('tokenFault', () => {
  it('finds nothing wrong with a token that the lock has given out', () => {
    expect(tokenFault(TAIL, HEAD, { token: 1 })).toBeUndefined();
    expect(tokenFault(TAIL, HEAD, { token: 2 })).toBeUndefined();
  });

  it('tells a token that the lock has not given out yet', () => {
    const fault = 'is under a head of token 2, though the lock has given out no more than 1';
    expect(tokenFault(TAIL, { ...HEAD, token: 2 }, { token: 1 })).toEqual(atTail(fault));
  });

  it('tells any token where no lock was ever taken', () => {
    expect(tokenFault(undefined, HEAD, undefined)?.fault).toMatch(/no more than 0/);
    expect(tokenFault(undefined, { ...HEAD, token: 0 }, undefined)).toBeUndefined();
  });
});

describe('at', () => {
  it('names the last entry, or place 0 where there is none', () => {
    expect(at(TAIL, 'is odd')).toEqual(atTail('is odd'));
    expect(at(undefined, 'is odd')).toEqual({ seq: 0, fault: 'is odd' });
  });
});
