import type { AuditEntry } from '@nestjs-flamingock/core';
import type { Row, SqlValue } from './sql.js';

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
    metadata: JSON.stringify(entry.metadata),
    prev_hash: entry.prevHash,
    hash: entry.hash,
  };
}

/** The entry that `toRow` turned into this row. Drivers may give numbers as text. */
export function toEntry(row: Row): AuditEntry {
  return {
    service: row['service'],
    seq: Number(row['seq']),
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
    transactional: Number(row['transactional']) === 1,
    className: row['class_name'],
    methodName: row['method_name'],
    durationMs: Number(row['duration_ms']),
    hostname: row['hostname'],
    createdAt: row['created_at'],
    error: row['error'],
    metadata: JSON.parse(String(row['metadata'])) as unknown,
    prevHash: row['prev_hash'],
    hash: row['hash'],
  } as AuditEntry;
}
