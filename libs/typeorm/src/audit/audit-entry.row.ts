import type { AuditEntry } from '@nestjs-flamingock/core';
import { metadataOf, metadataText } from '@nestjs-flamingock/core/adapter';
import type { Row, SqlValue } from '../sql/sql.js';

/** An entry as a row of the table of entries, column by column. */
export function toRow(entry: AuditEntry): Record<string, SqlValue> {
  return {
    service: entry.service,
    seq: entry.seq,
    execution_id: entry.executionId,
    stage: entry.stage,
    change_id: entry.changeId,
    change_order: entry.order,
    author: entry.author,
    state: entry.state,
    operation: entry.operation,
    target_system: entry.targetSystem,
    tx_strategy: entry.txStrategy,
    recovery_strategy: entry.recoveryStrategy,
    transactional: entry.transactional ? 1 : 0,
    class_name: entry.className,
    method_name: entry.methodName,
    duration_ms: entry.durationMs,
    hostname: entry.hostname,
    created_at: entry.createdAt,
    error: entry.error,
    metadata: metadataText(entry.metadata),
    prev_hash: entry.prevHash,
    hash: entry.hash,
  };
}

/**
 * The entry that `toRow` turned into this row. A value that is none of those which `toRow`
 * writes stays what it is, so that the entry does not have its hash any more.
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
  } as AuditEntry;
}

/**
 * The number in a column of whole numbers, which drivers may give as a text, and pg-native as whatever
 * `pg.types` makes of it; anything else, and what no number stands for exactly, stays what it is.
 */
export function integerOf(value: unknown): unknown {
  if (typeof value === 'bigint') return BigInt(Number(value)) === value ? Number(value) : value;
  return typeof value === 'string' && String(Number(value)) === value ? Number(value) : value;
}

function flagOf(value: unknown): unknown {
  const number = integerOf(value);
  return number === 1 ? true : number === 0 ? false : number;
}
