import { CollectionPrefixError } from '../mongoose.errors.js';

/** An index of one of our collections; unique, as all of them are. */
export interface CollectionIndex {
  readonly name: string;
  readonly key: Readonly<Record<string, 1 | -1>>;
}

/** One of our collections. */
export interface OwnCollection {
  readonly name: string;
  readonly indexes: readonly CollectionIndex[];
}

/** Collections in the audit store's database. */
export interface AuditCollections {
  readonly entries: OwnCollection;
  readonly heads: OwnCollection;
  readonly locks: OwnCollection;
  readonly records: OwnCollection;
}

/** Collections in a target system's database. */
export interface TargetCollections {
  readonly markers: OwnCollection;
  readonly fences: OwnCollection;
}

const PREFIX = /^(?!system\.)[A-Za-z_][\w.-]{0,39}$/;

/** @throws CollectionPrefixError when the prefix cannot begin the name of a collection. */
export function auditCollections(prefix: string): AuditCollections {
  checkPrefix(prefix);
  return {
    entries: {
      name: `${prefix}audit_entries`,
      indexes: [
        { name: 'service_seq', key: { service: 1, seq: 1 } },
        // The last entry of each change is the first one that this index meets of it.
        { name: 'service_change_seq', key: { service: 1, changeId: 1, seq: -1 } },
      ],
    },
    heads: { name: `${prefix}audit_heads`, indexes: [] },
    locks: { name: `${prefix}locks`, indexes: [] },
    records: {
      name: `${prefix}records`,
      indexes: [{ name: 'service_kind_key', key: { service: 1, kind: 1, key: 1 } }],
    },
  };
}

/** @throws CollectionPrefixError when the prefix cannot begin the name of a collection. */
export function targetCollections(prefix: string): TargetCollections {
  checkPrefix(prefix);
  return {
    markers: { name: `${prefix}markers`, indexes: [] },
    fences: { name: `${prefix}fences`, indexes: [] },
  };
}

function checkPrefix(prefix: string): void {
  if (!PREFIX.test(prefix)) throw new CollectionPrefixError(prefix);
}
