import { isApplied } from './audit-state.js';
import type { AuditEntry, AuditRecord } from './audit-entry.js';
import type { AuditSnapshot } from './audit-snapshot.js';
import { readMetadata, writeMetadata, type EntryMetadata } from './entry-metadata.js';

/** What an import or a baseline says of where it comes from. */
export type ImportFacts = Pick<EntryMetadata, 'tool' | 'name' | 'appliedAt' | 'checksum'>;

/**
 * Id of the entry for a migration of another tool that no change of the code replaces. Two databases may each have
 * one of the same name.
 */
export function legacyId(name: string, targetSystem: string): string {
  return `${name}@${targetSystem}`;
}

/** Where an entry of an import or a baseline comes from; nothing for any other. */
export function importFactsOf(entry: Pick<AuditEntry, 'operation' | 'metadata'>): ImportFacts {
  const { tool, name, appliedAt, checksum } = readMetadata(entry);
  if (entry.operation !== 'IMPORT' || tool === undefined) return {};
  return {
    tool,
    ...(name !== undefined && { name }),
    ...(appliedAt !== undefined && { appliedAt }),
    ...(checksum !== undefined && { checksum }),
  };
}

/** The same as metadata of another entry about the same import. */
export function importedFrom(entry: AuditEntry): AuditRecord['metadata'] {
  return writeMetadata(importFactsOf(entry));
}

/** True for the entry of a migration of another tool that is no change of the code, and never was. */
export function isLegacy(entry: AuditEntry): boolean {
  const { name } = importFactsOf(entry);
  return name !== undefined && entry.changeId === legacyId(name, entry.targetSystem);
}

/** The applied entry of such a migration of a target system. */
export function appliedLegacy(
  snapshot: AuditSnapshot,
  name: string,
  targetSystem: string,
): AuditEntry | undefined {
  const entry = snapshot.get(legacyId(name, targetSystem));
  return entry && isLegacy(entry) && isApplied(entry.state) ? entry : undefined;
}

/** True for the entry of an import or a baseline that was taken back: as if there had never been one. */
export function isTakenBack(entry: AuditEntry): boolean {
  return importFactsOf(entry).tool !== undefined && !isApplied(entry.state);
}
