import type { AuditEntry, AuditRecord } from './audit-entry.js';
import type { AuditOperation } from './audit-state.js';

/** Metadata of an entry that stands for one of another history: where that is, and what was being done then. */
export function standingFor(entry: AuditEntry): AuditRecord['metadata'] {
  const { service, seq, hash } = entry;
  return { service, seq: String(seq), hash, operation: operationOf(entry) };
}

/** True where `entry` stands for `original`. */
export function standsFor(entry: AuditEntry | undefined, { service, hash }: AuditEntry): boolean {
  return entry?.metadata['service'] === service && entry.metadata['hash'] === hash;
}

/** What was being done when an entry, or the one that it stands for, was recorded. */
export function operationOf({ operation, metadata }: AuditEntry): AuditOperation {
  const original = operation === 'IMPORT' ? metadata['operation'] : undefined;
  return (original as AuditOperation | undefined) ?? operation;
}
