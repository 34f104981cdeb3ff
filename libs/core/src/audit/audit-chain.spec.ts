import { auditEntry } from '@nestjs-flamingock/testing';
import { chainEntries, entryHash, type TimedRecord } from './audit-chain.js';
import type { AuditEntry } from './audit-entry.js';
import { GENESIS_HASH } from './chain.js';

const ENTRY: AuditEntry = auditEntry({ metadata: { by: 'ann', reason: 'checked' }, error: 'TypeError: x' });

/** Another value for every field that the hash is over. */
const CHANGED: { [K in keyof Omit<AuditEntry, 'hash'>]: AuditEntry[K] } = {
  service: 'orders',
  seq: 2,
  executionId: 'other',
  stage: 'other',
  changeId: 'other',
  order: '0002',
  author: 'other',
  state: 'ROLLED_BACK',
  operation: 'FIX',
  targetSystem: 'other',
  txStrategy: 'NON_TX',
  recoveryStrategy: 'ALWAYS_RETRY',
  transactional: false,
  className: 'Other',
  methodName: null,
  durationMs: 13,
  hostname: 'other',
  createdAt: '2024-01-01T00:00:00.001Z',
  error: null,
  metadata: { by: 'ann', reason: 'guessed' },
  prevHash: 'f'.repeat(64),
};

describe('entryHash', () => {
  it('is over every field of an entry but the hash itself', () => {
    expect(Object.keys(CHANGED).sort()).toEqual(
      Object.keys(ENTRY)
        .filter((field) => field !== 'hash')
        .sort(),
    );
    expect(entryHash({ ...ENTRY, hash: 'x' } as AuditEntry)).toBe(entryHash(ENTRY));
  });

  it.each(Object.entries(CHANGED))('changes with %s', (field, value) => {
    expect(entryHash({ ...ENTRY, [field]: value })).not.toBe(entryHash(ENTRY));
  });

  it('tells values apart that join to the same text', () => {
    const a = entryHash({ ...ENTRY, stage: 'a', changeId: 'bc' });
    expect(entryHash({ ...ENTRY, stage: 'ab', changeId: 'c' })).not.toBe(a);
    expect(entryHash({ ...ENTRY, error: 'null' })).not.toBe(entryHash({ ...ENTRY, error: null }));
    expect(entryHash({ ...ENTRY, metadata: { a: 'b,c' } })).not.toBe(
      entryHash({ ...ENTRY, metadata: { a: 'b', c: '' } }),
    );
  });

  it.each([undefined, NaN, Infinity, { toJSON: () => null }])('tells %p from null', (odd) => {
    const none = { ...ENTRY, error: null };
    expect(entryHash({ ...none, error: odd as unknown as null })).not.toBe(entryHash(none));
  });

  it('tells a date from its text', () => {
    const date = new Date(ENTRY.createdAt) as unknown as string;
    expect(entryHash({ ...ENTRY, createdAt: date })).not.toBe(entryHash(ENTRY));
  });

  it('does not depend on the order in which a store returns metadata', () => {
    const reversed = Object.fromEntries(Object.entries(ENTRY.metadata).reverse());
    expect(entryHash({ ...ENTRY, metadata: reversed })).toBe(entryHash(ENTRY));
  });

  it('does not depend on the order in which a store returns fields', () => {
    const reversed = Object.fromEntries(Object.entries(ENTRY).reverse()) as unknown as AuditEntry;
    expect(entryHash(reversed)).toBe(entryHash(ENTRY));
  });

  it('is SHA-256 in hexadecimal', () => {
    expect(entryHash(ENTRY)).toMatch(/^[0-9a-f]{64}$/);
  });

  it('stays what it was: histories that were written must still verify', () => {
    expect(entryHash(auditEntry())).toMatchInlineSnapshot(
      `"55fedba8a6d6cab6a2c76ca3676edab88996196ade33d40ac29a1a25cbc2e1c8"`,
    );
    const noted = auditEntry({ metadata: { reason: 'checked', by: 'ann' } });
    expect(entryHash(noted)).toMatchInlineSnapshot(
      `"38887f8a75282cf2ee6659a6762d3fb48d8a542ef3ffd2b830d36a34cbd734c1"`,
    );
  });
});

describe('chainEntries', () => {
  const { createdAt, ...record } = ENTRY;
  const records: TimedRecord[] = ['a', 'b', 'c'].map((changeId) => ({
    record: { ...record, changeId },
    createdAt,
  }));

  it('numbers entries without a gap and ties each to the one before', () => {
    const [a, b, c] = chainEntries({ seq: 0, hash: GENESIS_HASH }, records);
    expect([a?.seq, b?.seq, c?.seq]).toEqual([1, 2, 3]);
    expect([a?.prevHash, b?.prevHash, c?.prevHash]).toEqual([GENESIS_HASH, a?.hash, b?.hash]);
    for (const entry of [a, b, c]) expect(entry?.hash).toBe(entry && entryHash(entry));
  });

  it('goes on where a history ends', () => {
    const [first] = chainEntries({ seq: 41, hash: 'e'.repeat(64) }, records);
    expect(first).toMatchObject({ seq: 42, prevHash: 'e'.repeat(64), changeId: 'a', createdAt });
  });

  it('gives no entries for no records', () => {
    expect(chainEntries({ seq: 1, hash: 'x' }, [])).toEqual([]);
  });
});
