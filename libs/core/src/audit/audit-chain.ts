import { createHash } from 'node:crypto';
import type { AuditEntry, AuditRecord } from './audit-entry.js';

/** A record with the time at which it is written. */
export interface TimedRecord {
  readonly record: AuditRecord;
  /** ISO 8601 on the store's clock. */
  readonly createdAt: string;
}

/** Where a chain ends: what its next entry must follow. */
export interface ChainEnd {
  readonly seq: number;
  readonly hash: string;
}

/** Gives records their place right after `end`. */
export function chainEntries(end: ChainEnd, records: readonly TimedRecord[]): AuditEntry[] {
  const entries: AuditEntry[] = [];
  let last = end;
  for (const { record, createdAt } of records) {
    const place = { seq: last.seq + 1, createdAt, prevHash: last.hash, hash: '' };
    // Ten times as fast as spreading: there is one for every step of every change.
    const entry = Object.assign({}, record, place);
    entry.hash = entryHash(entry);
    entries.push(entry);
    last = entry;
  }
  return entries;
}

/**
 * SHA-256, in hexadecimal, over the canonical form of an entry: a JSON array of its
 * fields in a fixed order, with metadata as pairs sorted by key. The leading number is
 * the version of the form. A value of a type that no entry has, as somebody may have put
 * it into a store, never has the hash of one that an entry has.
 */
export function entryHash(entry: Omit<AuditEntry, 'hash'>): string {
  const fields = [
    entry.service,
    entry.seq,
    entry.executionId,
    entry.stage,
    entry.changeId,
    entry.order,
    entry.author,
    entry.state,
    entry.operation,
    entry.targetSystem,
    entry.txStrategy,
    entry.recoveryStrategy,
    entry.transactional,
    entry.className,
    entry.methodName,
    entry.durationMs,
    entry.hostname,
    entry.createdAt,
    entry.error,
  ];
  const names = Object.keys(entry.metadata).sort();
  const metadata = names.map((name) => [name, asIs(entry.metadata[name])]);
  const canonical = JSON.stringify([1, ...fields.map(asIs), metadata, asIs(entry.prevHash)]);
  return createHash('sha256').update(canonical).digest('hex');
}

/** JSON would write a missing value and NaN as null, and a date as its text: those become what no entry has. */
function asIs(value: unknown): unknown {
  const isPlain = value === null || ['string', 'boolean'].includes(typeof value) || Number.isFinite(value);
  return isPlain ? value : {};
}
