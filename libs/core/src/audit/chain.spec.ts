import { createHash } from 'node:crypto';
import { Chain, CHAIN_START, GENESIS_HASH, type ChainEnd, type ChainField } from './chain.js';

/** A record of another ledger than that of changes. */
interface Decision {
  readonly seq: number;
  readonly verb: string;
  readonly isFinal: boolean;
  readonly notes: Readonly<Record<string, string>>;
  readonly prevHash: string;
  readonly hash: string;
}
const FIELDS: readonly ChainField<Decision>[] = [
  { name: 'seq', kind: 'integer', since: 1 },
  { name: 'verb', kind: 'text', since: 1 },
  { name: 'isFinal', kind: 'flag', since: 1 },
  { name: 'notes', kind: 'texts', since: 1 },
  { name: 'prevHash', kind: 'text', since: 1 },
  { name: 'hash', kind: 'text', since: 1 },
];
const DECISIONS = new Chain<Decision>(FIELDS, 'decision');

function decision({ seq, hash }: ChainEnd, verb: string): Decision {
  const linked = { seq: seq + 1, verb, isFinal: false, notes: { why: 'due', by: 'ann' }, prevHash: hash };
  return { ...linked, hash: DECISIONS.hashOf(linked) };
}
const A = decision(CHAIN_START, 'propose');
const B = decision(A, 'approve');
const C = decision(B, 'close');

describe('a chain of records of any kind', () => {
  it('hashes version and fields in order, with texts by name', () => {
    const form = [1, 1, 'propose', false, [['by', 'ann'], ['why', 'due']], GENESIS_HASH]; // prettier-ignore
    expect(A.hash).toBe(createHash('sha256').update(JSON.stringify(form)).digest('hex'));
  });

  it('begins a form of a later version with that version', () => {
    const later = new Chain<Decision & { actor?: string }>(
      [...FIELDS, { name: 'actor', kind: 'text', since: 3, optional: true }],
      'decision',
    );
    const form = [3, 1, 'propose', false, [['by', 'ann'], ['why', 'due']], GENESIS_HASH, 'bob']; // prettier-ignore
    const expected = createHash('sha256').update(JSON.stringify(form)).digest('hex');
    expect(later.hashOf({ ...A, actor: 'bob' })).toBe(expected);
    expect(later.hashOf(A)).toBe(A.hash);
  });

  it('takes a field that a later version has, and a record has not, for empty', () => {
    const later = new Chain<Decision & { actor?: string; via?: string }>(
      [...FIELDS, { name: 'actor', kind: 'text', since: 2 }, { name: 'via', kind: 'text', since: 2 }],
      'decision',
    );
    const form = [2, 1, 'propose', false, [['by', 'ann'], ['why', 'due']], GENESIS_HASH, null, 'cli']; // prettier-ignore
    const expected = createHash('sha256').update(JSON.stringify(form)).digest('hex');
    expect(later.hashOf({ ...A, via: 'cli' })).toBe(expected);
  });

  it('finds nothing wrong with records that follow each other', () => {
    expect([
      DECISIONS.linkFault(CHAIN_START, A),
      DECISIONS.linkFault(A, B),
      DECISIONS.linkFault(B, C),
    ]).toEqual([undefined, undefined, undefined]);
  });

  it('names what is missing, edited, repeated, put in and put elsewhere, by what a record is called', () => {
    const edited = { ...B, isFinal: true };
    const moved = decision({ seq: 1, hash: C.hash }, 'approve');
    expect([
      DECISIONS.linkFault(CHAIN_START, C),
      DECISIONS.linkFault(A, edited),
      DECISIONS.linkFault(C, B),
      DECISIONS.linkFault(A, { ...B, seq: 1.5 }),
      DECISIONS.linkFault(A, moved),
    ]).toEqual([
      { seq: 1, fault: 'and all up to decision 2 are missing' },
      { seq: 2, record: edited, fault: 'content does not match its hash' },
      { seq: 2, record: B, fault: 'is there twice, or after decision 3' },
      { seq: 2, record: { ...B, seq: 1.5 }, fault: 'has an invalid sequence number (1.5): it was inserted' },
      { seq: 2, record: moved, fault: 'does not follow decision 1: it was written after another one' },
    ]);
  });
});
