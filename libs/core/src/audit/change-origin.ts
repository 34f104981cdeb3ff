import type { AuditEntry, AuditRecord } from './audit-entry.js';
import type { AuditState } from './audit-state.js';
import { readMetadata, writeMetadata } from './entry-metadata.js';

/** States after which a later execution repeats what was begun, where the entry says of what. */
const REPEATABLE: readonly AuditState[] = ['STARTED', 'EXECUTION_FAILED', 'ROLLED_BACK'];

/**
 * Metadata of an execution that follows `entry`: the `hash` of the STARTED entry of the first execution that it repeats.
 * Empty where it repeats none, because nothing was begun, or because something of it may have been taken back.
 */
export function repeating(entry: AuditEntry | undefined): AuditRecord['metadata'] {
  const origin = entry && originBehind(entry);
  return origin === undefined ? {} : writeMetadata({ origin });
}

/** The metadata without what says that it is repeated: something of it may be taken back. */
export function notRepeated(metadata: AuditRecord['metadata']): AuditRecord['metadata'] {
  const { origin: _, ...rest } = metadata;
  return rest;
}

function originBehind(entry: AuditEntry): string | undefined {
  const { txStrategy, operation, state, hash } = entry;
  if (txStrategy !== 'NON_TX' || operation === 'UNDO' || !REPEATABLE.includes(state)) return undefined;
  return readMetadata(entry).origin ?? (state === 'STARTED' ? hash : undefined);
}
