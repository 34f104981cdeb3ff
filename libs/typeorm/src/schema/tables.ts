import { TablePrefixError } from '../typeorm.errors.js';
import type { Column, Table } from './table.js';

const key: Column = { type: 'key' };
const text: Column = { type: 'text' };
const integer: Column = { type: 'integer' };
const optionalText: Column = { type: 'text', nullable: true };

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
}

/** Tables kept in a target system's database. */
export interface TargetTables {
  readonly markers: Table;
  readonly fences: Table;
}

/**
 * Names and columns of the audit tables.
 *
 * @throws TablePrefixError when the prefix cannot begin an SQL identifier.
 */
export function auditTables({ tablePrefix: prefix, schema }: TablePlace): AuditTables {
  checkPrefix(prefix);
  return {
    entries: {
      name: `${prefix}audit_entries`,
      schema,
      columns: {
        service: key,
        seq: integer,
        execution_id: text,
        stage: text,
        change_id: key,
        change_order: text,
        author: text,
        state: text,
        operation: text,
        target_system: text,
        tx_strategy: text,
        recovery_strategy: text,
        transactional: integer,
        class_name: text,
        method_name: optionalText,
        duration_ms: integer,
        hostname: text,
        created_at: text,
        error: optionalText,
        metadata: text,
        prev_hash: text,
        hash: text,
      },
      primaryKey: ['service', 'seq'],
      unique: ['service', 'change_id', 'seq'],
    },
    heads: {
      name: `${prefix}audit_heads`,
      schema,
      columns: {
        service: key,
        token: integer,
        seq: integer,
        hash: text,
        settled_seq: { type: 'integer', nullable: true },
        settled_digest: optionalText,
        writer,
        owner,
        format: { type: 'integer', nullable: true },
      },
      primaryKey: ['service'],
    },
    locks: {
      name: `${prefix}locks`,
      schema,
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
    },
  };
}

/**
 * Names and columns of a target system's tables.
 *
 * @throws TablePrefixError when the prefix cannot begin an SQL identifier.
 */
export function targetTables({ tablePrefix: prefix, schema }: TablePlace): TargetTables {
  checkPrefix(prefix);
  return {
    markers: {
      name: `${prefix}markers`,
      schema,
      columns: {
        service: key,
        change_id: key,
        execution_id: text,
        operation: text,
        token: integer,
        owner,
      },
      primaryKey: ['service', 'change_id'],
    },
    fences: {
      name: `${prefix}fences`,
      schema,
      columns: { service: key, token: integer, writer, owner },
      primaryKey: ['service'],
    },
  };
}

function checkPrefix(prefix: string): void {
  if (!PREFIX.test(prefix)) throw new TablePrefixError(prefix);
}
