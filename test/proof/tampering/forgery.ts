import type { AuditEntry, ChainEnd } from '@nestjs-flamingock/core';
import { chainEntries, GENESIS_HASH } from '@nestjs-flamingock/core/adapter';
import type { StoredHistory } from './stored-history.js';
import { editHead, type Tampering } from './victim.js';

/** Takes the mark that nothing is left to do from the head. */
export const unsettled: Tampering = (history) =>
  editHead(isDocument(history) ? { settled: null } : { settled_seq: null, settled_digest: null })(history);

/** The mark of the head that was written, at another place. */
export function settledAt(seq: number): Tampering {
  return (history) => {
    const { settled } = history.head as { settled?: object };
    return editHead(isDocument(history) ? { settled: { ...settled, seq } } : { settled_seq: seq })(history);
  };
}

function isDocument({ head }: StoredHistory): boolean {
  return head !== undefined && 'settled' in head;
}

/** Cuts off what follows this end, and puts back the head that was there then. */
export function replayed({ seq, hash }: ChainEnd): Tampering {
  return ({ entries, head }) => ({
    entries: entries.filter((entry) => Number(entry['seq']) <= seq),
    head: { ...head, seq, hash },
  });
}

/** The entry with other content, and the hash of that. */
export function rehashed(entry: AuditEntry, fields: Partial<AuditEntry>): AuditEntry {
  const seq = fields.seq ?? entry.seq;
  const end = { seq: seq - 1, hash: entry.prevHash };
  const [made] = chainEntries(end, [{ record: { ...entry, ...fields }, createdAt: entry.createdAt }]);
  return made!;
}

/** The same history by somebody else, from one entry on. */
export function rewrittenFrom(seq: number, entries: readonly AuditEntry[]): AuditEntry[] {
  const before = entries[seq - 2] ?? { seq: 0, hash: GENESIS_HASH };
  const records = entries
    .slice(seq - 1)
    .map((entry) => ({ record: { ...entry, author: 'eve' }, createdAt: entry.createdAt }));
  return chainEntries(before, records);
}
