import type { AuditEntry } from './audit-entry.js';
import type { ChainField } from './chain.js';

/** A field of an entry. */
export type EntryField = ChainField<AuditEntry>;

const text = { kind: 'text', since: 1 } as const;
const optionalText = { kind: 'text', since: 1, optional: true } as const;
const integer = { kind: 'integer', since: 1 } as const;
const flag = { kind: 'flag', since: 1 } as const;
const texts = { kind: 'texts', since: 1 } as const;

/** By name, so that none can be forgotten. */
const FIELDS: { readonly [F in keyof AuditEntry]-?: Omit<EntryField, 'name'> } = {
  service: text,
  seq: integer,
  executionId: text,
  stage: text,
  changeId: text,
  order: text,
  author: text,
  state: text,
  operation: text,
  targetSystem: text,
  txStrategy: text,
  recoveryStrategy: text,
  transactional: flag,
  className: text,
  methodName: optionalText,
  durationMs: integer,
  hostname: text,
  createdAt: text,
  error: optionalText,
  metadata: texts,
  prevHash: text,
  hash: text,
};

/**
 * Every field of an entry, in the order in which its hash is over them. The columns of a table, the
 * fields of a document and the columns of a file are those of this table.
 *
 * A field is added as optional, and `since` the `HISTORY_FORMAT` that it raises: entries without it keep their hash,
 * and an earlier version of this library refuses the history instead of reporting it as altered.
 */
export const ENTRY_FIELDS: readonly EntryField[] = Object.entries(FIELDS).map(([name, field]) => ({
  name: name as keyof AuditEntry,
  ...field,
}));
