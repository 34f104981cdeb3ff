import type { AuditEntry } from '../audit/audit-entry.js';
import type { AuditSnapshot } from '../audit/audit-snapshot.js';
import { appliedLegacy } from '../audit/legacy.js';
import type { ChangeDescriptor } from '../change/change-descriptor.js';

type Replacing = Pick<ChangeDescriptor, 'id' | 'replaces' | 'target'>;

/**
 * The entry that says what became of a change: its own, or where it has none the last of those that it replaces, if
 * all of these are applied. A change may be written for a migration long after that was imported.
 */
export function entryOf(change: Replacing, snapshot: AuditSnapshot): AuditEntry | undefined {
  const own = snapshot.get(change.id);
  if (own || !change.replaces) return own;
  const entries = change.replaces.map((name) => appliedLegacy(snapshot, name, change.target.id));
  return entries.includes(undefined) ? undefined : entries.at(-1);
}

/** The names among what a change replaces that are not applied, where others are, and it has no entry of its own. */
export function missingOf(change: Replacing, snapshot: AuditSnapshot): readonly string[] {
  const { id, replaces = [], target } = change;
  if (replaces.length < 2 || snapshot.has(id)) return [];
  const missing = replaces.filter((name) => !appliedLegacy(snapshot, name, target.id));
  return missing.length < replaces.length ? missing : [];
}
