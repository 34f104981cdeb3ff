import type { AuditEntry, AuditRecord } from './audit-entry.js';
import { Chain, type ChainEnd } from './chain.js';
import { ENTRY_FIELDS } from './entry-fields.js';

/** The chain of entries. */
export const ENTRY_CHAIN = new Chain<AuditEntry>(ENTRY_FIELDS, 'entry');

/** A record with the time at which it is written. */
export interface TimedRecord {
  readonly record: AuditRecord;
  /** ISO 8601 on the store's clock. */
  readonly createdAt: string;
}

/** Gives records their place right after `end`. */
export function chainEntries(end: ChainEnd, records: readonly TimedRecord[]): AuditEntry[] {
  const entries: AuditEntry[] = [];
  for (const timed of records) entries.push(follow(entries.at(-1) ?? end, timed));
  return entries;
}

/** Field by field: V8 makes a dictionary, eight times as large, of an object with so many that is spread or assigned. */
function follow(end: ChainEnd, { record, createdAt }: TimedRecord): AuditEntry {
  const entry = {
    service: record.service,
    seq: end.seq + 1,
    executionId: record.executionId,
    stage: record.stage,
    changeId: record.changeId,
    order: record.order,
    author: record.author,
    state: record.state,
    operation: record.operation,
    targetSystem: record.targetSystem,
    txStrategy: record.txStrategy,
    recoveryStrategy: record.recoveryStrategy,
    transactional: record.transactional,
    className: record.className,
    methodName: record.methodName,
    durationMs: record.durationMs,
    hostname: record.hostname,
    createdAt,
    error: record.error,
    metadata: record.metadata,
    prevHash: end.hash,
    hash: '',
  } satisfies Record<keyof AuditEntry, unknown>;
  entry.hash = entryHash(entry);
  return entry;
}

/** SHA-256, in hexadecimal, over the version of an entry and every other field, in the order of {@link ENTRY_FIELDS}. */
export function entryHash(entry: Omit<AuditEntry, 'hash'>): string {
  return ENTRY_CHAIN.hashOf(entry);
}
