import type {
  LockHold,
  NewRecord,
  RecordCondition,
  RecordKey,
  RecordPage,
} from '@nestjs-flamingock/core/adapter';
import type { Dialect, Upsert } from '../sql/dialect.js';
import { columnsOf, tableName, type Table } from '../sql/table.js';
import type { AuditTables } from '../schema/tables.js';
import { name, raw, sql, type Sql } from '../sql/sql.js';

const PAGE_ROWS = 100;

/** One record. */
export function recordQuery(records: Table, key: RecordKey): Sql {
  return sql`SELECT ${columnsOf(records)} FROM ${tableName(records)} WHERE ${isRecord(key)}`;
}

/** Records of one kind, by the primary key. */
export function recordsQuery(
  records: Table,
  service: string,
  kind: string,
  { after, limit = PAGE_ROWS }: RecordPage,
): Sql {
  const from = after === undefined ? raw('') : sql` AND record_key > ${after}`;
  return sql`SELECT ${columnsOf(records)} FROM ${tableName(records)} WHERE service = ${service} AND kind = ${kind}${from} ORDER BY record_key LIMIT ${limit}`;
}

/** Creates a record that is not there; writes nothing where it is, or where the head does not carry the hold. */
export function recordInsert(
  dialect: Dialect,
  { records, heads }: AuditTables,
  { service, kind, key, value }: NewRecord,
  hold: LockHold | undefined,
): Upsert {
  return {
    table: records,
    key: { service, kind, record_key: key },
    insert: { version: raw('1'), updated_at: dialect.nowMs, value },
    update: { version: name(records.name, 'version') },
    // No record has that version.
    onlyWhile: { column: 'version', atMost: 0 },
    ...(hold && { from: carries(dialect, heads, hold) }),
  };
}

/** Replaces a record of that version; affects no row where there is none, or where the head does not carry the hold. */
export function recordUpdate(
  dialect: Dialect,
  tables: AuditTables,
  record: NewRecord,
  condition: RecordCondition,
): Sql {
  return sql`UPDATE ${tableName(tables.records)} SET version = version + 1, updated_at = ${dialect.nowMs}, value = ${record.value} WHERE ${mayChange(dialect, tables, record, condition)}`;
}

/** Removes a record on the same conditions. */
export function recordDelete(
  dialect: Dialect,
  tables: AuditTables,
  key: RecordKey,
  condition: RecordCondition,
): Sql {
  return sql`DELETE FROM ${tableName(tables.records)} WHERE ${mayChange(dialect, tables, key, condition)}`;
}

/** Finds the head of the hold's service while it carries the hold, and keeps it as it is. */
export function carries({ sharedLock }: Dialect, heads: Table, { service, token, owner }: LockHold): Sql {
  return sql`FROM ${tableName(heads)} WHERE service = ${service} AND token = ${token} AND owner = ${owner} ${sharedLock}`;
}

function mayChange(
  dialect: Dialect,
  { heads }: AuditTables,
  key: RecordKey,
  { ifVersion, hold }: RecordCondition,
): Sql {
  const held = hold ? sql` AND EXISTS (SELECT 1 ${carries(dialect, heads, hold)})` : raw('');
  return sql`${isRecord(key)} AND version = ${ifVersion}${held}`;
}

function isRecord({ service, kind, key }: RecordKey): Sql {
  return sql`service = ${service} AND kind = ${kind} AND record_key = ${key}`;
}
