import type { AuditRecord } from './audit-entry.js';

/** The name under which text is shown that is not what {@link metadataText} writes. */
const UNREADABLE = '(unreadable)';

/** Metadata as one text, for stores that keep it so; names stay in their order. */
export function metadataText(metadata: AuditRecord['metadata']): string {
  return JSON.stringify(metadata);
}

/**
 * The metadata that `metadataText` turned into this text. Any other text, be it JSON of the
 * same meaning, makes metadata that no entry was written with, so that its hash tells.
 */
export function metadataOf(text: unknown): AuditRecord['metadata'] {
  const metadata = typeof text === 'string' ? parse(text) : undefined;
  return isMetadata(metadata) && metadataText(metadata) === text ? metadata : { [UNREADABLE]: String(text) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function isMetadata(value: unknown): value is AuditRecord['metadata'] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((one) => typeof one === 'string');
}
