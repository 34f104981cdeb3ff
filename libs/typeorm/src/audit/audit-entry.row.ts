import type { AuditEntry } from '@nestjs-flamingock/core';
import { ENTRY_FIELDS, metadataOf, metadataText, type FieldKind } from '@nestjs-flamingock/core/adapter';
import type { Row, SqlValue } from '../sql/sql.js';

/** Values of a kind as columns hold them; others need no conversion. */
const TO_COLUMN: Partial<Record<FieldKind, (value: never) => SqlValue>> = {
  flag: (value: boolean) => (value ? 1 : 0),
  texts: metadataText,
};

/** The values of an entry in the order of the columns of its table. */
export function toValues(entry: AuditEntry): SqlValue[] {
  return ENTRY_FIELDS.map(({ name, kind }) => {
    const value = entry[name];
    const convert = TO_COLUMN[kind] as ((value: unknown) => SqlValue) | undefined;
    return convert ? convert(value) : ((value ?? null) as SqlValue);
  });
}

/**
 * The entry of which these are the values. A value that is none of those which `toValues`
 * makes stays what it is, so that the entry does not have its hash any more.
 */
export function toEntry(row: Row): AuditEntry {
  return {
    service: row['service'],
    seq: integerOf(row['seq']),
    executionId: row['execution_id'],
    stage: row['stage'],
    changeId: row['change_id'],
    order: row['change_order'],
    author: row['author'],
    state: row['state'],
    operation: row['operation'],
    targetSystem: row['target_system'],
    txStrategy: row['tx_strategy'],
    recoveryStrategy: row['recovery_strategy'],
    transactional: flagOf(row['transactional']),
    className: row['class_name'],
    methodName: row['method_name'],
    durationMs: integerOf(row['duration_ms']),
    hostname: row['hostname'],
    createdAt: row['created_at'],
    error: row['error'],
    metadata: metadataOf(row['metadata']),
    prevHash: row['prev_hash'],
    hash: row['hash'],
  } satisfies Record<keyof AuditEntry, unknown> as AuditEntry;
}

/**
 * The number in a column of whole numbers, which drivers may give as a text, and pg-native as the
 * result of `pg.types`; any other value, and one that no number stands for exactly, stays unchanged.
 */
export function integerOf(value: unknown): unknown {
  if (typeof value === 'bigint') return BigInt(Number(value)) === value ? Number(value) : value;
  return typeof value === 'string' && String(Number(value)) === value ? Number(value) : value;
}

function flagOf(value: unknown): unknown {
  const number = integerOf(value);
  return number === 1 ? true : number === 0 ? false : number;
}
