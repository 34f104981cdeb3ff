import type { AuditEntry, AuditRecord } from './audit-entry.js';
import type { AuditOperation } from './audit-state.js';
import { readMetadata, writeMetadata } from './entry-metadata.js';

/** Metadata of an entry that stands for one of another history: where that is, and what was being done then. */
export function standingFor(entry: AuditEntry): AuditRecord['metadata'] {
  const { service, seq, hash } = entry;
  return writeMetadata({ service, seq: String(seq), hash, operation: operationOf(entry) });
}

/** True where `entry` stands for `original`. */
export function standsFor(entry: AuditEntry | undefined, { service, hash }: AuditEntry): boolean {
  const original = entry && readMetadata(entry);
  return original?.service === service && original.hash === hash;
}

/** What was being done when an entry, or the one that it stands for, was recorded. */
export function operationOf(entry: AuditEntry): AuditOperation {
  const original = entry.operation === 'IMPORT' ? readMetadata(entry).operation : undefined;
  return original ?? entry.operation;
}
