import type { AuditEntry } from '@nestjs-flamingock/core';
import { entryHash, type HistoryQuery } from '@nestjs-flamingock/core/adapter';
import { toEntry, type AuditEntryDocument } from './audit-entry.document.js';

/** The entries of the collection, with the pending ones that are not, or not in the same form, among them. */
export async function* withPending(
  stored: AsyncIterable<AuditEntryDocument>,
  pending: readonly AuditEntry[],
  order: HistoryQuery['order'],
): AsyncGenerator<AuditEntry> {
  const isBackwards = order === 'newest-first';
  const isBefore = (one: number, other: number) => (isBackwards ? one > other : one < other);
  const ordered = isBackwards ? pending.toReversed() : pending;
  let last = isBackwards ? Infinity : 0;
  for await (const document of stored) {
    const entry = toEntry(document);
    yield* ordered.filter(({ seq }) => isBefore(last, seq) && isBefore(seq, entry.seq));
    yield entry;
    yield* ordered.filter((one) => one.seq === entry.seq && !isSame(one, entry));
    last = entry.seq;
  }
  yield* ordered.filter(({ seq }) => isBefore(last, seq));
}

/** True if it is the same entry, content and all. */
function isSame(one: AuditEntry, other: AuditEntry): boolean {
  return one.hash === other.hash && entryHash(one) === entryHash(other);
}
