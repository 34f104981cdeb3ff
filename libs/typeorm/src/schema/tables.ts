import { TablePrefixError } from '../typeorm.errors.js';
import { ENTRY_COLUMNS } from './entry-columns.js';
import type { Column, Table } from '../sql/table.js';

const key: Column = { type: 'key' };
const text: Column = { type: 'text' };
const integer: Column = { type: 'integer' };
const optionalText: Column = { type: 'text', nullable: true };
const optionalInteger: Column = { type: 'integer', nullable: true };

/** Owner of the hold of the lock whose token the row carries. Nullable: tables of earlier versions had none. */
const owner: Column = { type: 'text', nullable: true };

/** Who wrote the row last, see {@link Dialect.writer}. */
const writer: Column = { type: 'text', nullable: true };

const PREFIX = /^[A-Za-z_][A-Za-z0-9_]{0,39}$/;

/** Where the tables are. */
export interface TablePlace {
  readonly tablePrefix: string;
  /** Or database, where there are no schemas. */
  readonly schema?: string | undefined;
}

/** Tables kept in the audit store's database. */
export interface AuditTables {
  readonly entries: Table;
  readonly heads: Table;
  readonly locks: Table;
  readonly records: Table;
}

/** Tables kept in a target system's database. */
export interface TargetTables {
  readonly markers: Table;
  readonly fences: Table;
}

type Shape = Omit<Table, 'name' | 'schema'>;

const ENTRIES: Shape = {
  columns: { ...ENTRY_COLUMNS, service: key, change_id: key },
  primaryKey: ['service', 'seq'],
  unique: ['service', 'change_id', 'seq'],
};

const HEADS: Shape = {
  columns: {
    service: key,
    token: integer,
    seq: integer,
    hash: text,
    settled_seq: optionalInteger,
    settled_digest: optionalText,
    writer,
    owner,
    format: optionalInteger,
  },
  primaryKey: ['service'],
};

const LOCKS: Shape = {
  columns: {
    service: key,
    owner: text,
    host: text,
    pid: integer,
    token: integer,
    acquired_at: integer,
    expires_at: integer,
  },
  primaryKey: ['service'],
};

const RECORDS: Shape = {
  columns: {
    service: key,
    kind: key,
    record_key: key,
    version: integer,
    updated_at: integer,
    value: text,
  },
  primaryKey: ['service', 'kind', 'record_key'],
};

const MARKERS: Shape = {
  columns: {
    service: key,
    change_id: key,
    execution_id: text,
    operation: text,
    token: integer,
    owner,
  },
  primaryKey: ['service', 'change_id'],
};

const FENCES: Shape = {
  columns: { service: key, token: integer, writer, owner },
  primaryKey: ['service'],
};

/**
 * Names and columns of the audit tables.
 *
 * @throws TablePrefixError when the prefix cannot begin an SQL identifier.
 */
export function auditTables(place: TablePlace): AuditTables {
  return {
    entries: tableIn(place, 'audit_entries', ENTRIES),
    heads: tableIn(place, 'audit_heads', HEADS),
    locks: tableIn(place, 'locks', LOCKS),
    records: tableIn(place, 'records', RECORDS),
  };
}

/**
 * Names and columns of a target system's tables.
 *
 * @throws TablePrefixError when the prefix cannot begin an SQL identifier.
 */
export function targetTables(place: TablePlace): TargetTables {
  return { markers: tableIn(place, 'markers', MARKERS), fences: tableIn(place, 'fences', FENCES) };
}

function tableIn({ tablePrefix, schema }: TablePlace, name: string, shape: Shape): Table {
  if (!PREFIX.test(tablePrefix)) throw new TablePrefixError(tablePrefix);
  return { name: `${tablePrefix}${name}`, schema, ...shape };
}
