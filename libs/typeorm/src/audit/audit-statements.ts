import type { AuditBatch, HistoryQuery, LockHold } from '@nestjs-flamingock/core/adapter';
import { toValues } from './audit-entry.row.js';
import type { Dialect } from '../sql/dialect.js';
import { rowWrite } from '../sql/row-write.js';
import { columnsOf, tableName, type Table } from '../sql/table.js';
import type { AuditTables } from '../schema/tables.js';
import { list, raw, sql, type Sql, type SqlValue } from '../sql/sql.js';

/** Keeps the values of one statement below every server's bound. */
const INSERT_ROWS = 500;

/**
 * Writes a batch: the first statement affects no row if the batch may not follow the
 * head; otherwise all of them have to be executed, in one transaction.
 */
export function appendStatements(
  dialect: Dialect,
  { heads, entries }: AuditTables,
  batch: AuditBatch,
): readonly [Sql, ...Sql[]] {
  const move = headMove(dialect, heads, batch);
  const [first = [], ...rest] = chunks(batch.entries.map(toValues));
  const inserts = rest.map((rows) => insertRows(entries, rows));
  if (dialect.guardedInsert) return [dialect.guardedInsert(move, entries, first), ...inserts];
  return [move, insertRows(entries, first), ...inserts];
}

/** Writes a batch with the COMMIT of a transaction, or makes it fail; `undefined` where that is not possible. */
export function appendAtCommit(
  dialect: Dialect,
  { heads, entries }: AuditTables,
  batch: AuditBatch,
): Sql | undefined {
  if (batch.entries.length > INSERT_ROWS) return undefined;
  const rows = batch.entries.map(toValues);
  return dialect.strictInsert?.(headMove(dialect, heads, batch), entries, rows);
}

/** The first `rows` entries that a query is about, by the index (service, seq), or (service, change_id, seq) for one change. */
export function historyQuery(
  table: Table,
  service: string,
  { changeId, after, before, order }: HistoryQuery,
  rows: number,
): Sql {
  const conditions = [sql`service = ${service}`];
  if (changeId !== undefined) conditions.push(sql`change_id = ${changeId}`);
  if (after !== undefined) conditions.push(sql`seq > ${after}`);
  if (before !== undefined) conditions.push(sql`seq < ${before}`);
  const direction = raw(order === 'newest-first' ? ' DESC' : '');
  return sql`SELECT ${columnsOf(table)} FROM ${tableName(table)} WHERE ${list(conditions, ' AND ')} ORDER BY seq${direction} LIMIT ${rows}`;
}

/**
 * The last entry of each change. Steps through the index (service, change_id, seq) from
 * one change to the next, so its cost grows with the changes, not with their history.
 */
export function snapshotQuery({ groupsByIndex }: Dialect, table: Table, service: string): Sql {
  return groupsByIndex ? snapshotByGroups(table, service) : snapshotBySteps(table, service);
}

function snapshotByGroups(table: Table, service: string): Sql {
  const entries = tableName(table);
  return sql`SELECT ${columnsOf(table)} FROM ${entries} JOIN (
  SELECT MAX(seq) AS last_seq FROM ${entries} WHERE service = ${service} GROUP BY change_id
) AS changes ON seq = last_seq WHERE service = ${service} ORDER BY seq`;
}

function snapshotBySteps(table: Table, service: string): Sql {
  const entries = tableName(table);
  return sql`WITH RECURSIVE changes (change_id) AS (
  SELECT MIN(change_id) FROM ${entries} WHERE service = ${service}
  UNION ALL
  SELECT (SELECT MIN(e.change_id) FROM ${entries} e WHERE e.service = ${service} AND e.change_id > changes.change_id)
  FROM changes WHERE changes.change_id IS NOT NULL
)
SELECT ${columnsOf(table)} FROM ${entries} WHERE service = ${service} AND seq IN (
  SELECT (SELECT MAX(e.seq) FROM ${entries} e WHERE e.service = ${service} AND e.change_id = changes.change_id)
  FROM changes WHERE changes.change_id IS NOT NULL
) ORDER BY seq`;
}

/** Marks the head as written by the transaction of its holder, and leaves it where it is; returns its token and place where the dialect reads them. */
export function headEntry(dialect: Dialect, heads: Table, { service, token, owner }: LockHold): Sql {
  const returning = raw(dialect.strictInsert ? ' RETURNING token, seq' : '');
  return sql`UPDATE ${tableName(heads)} SET writer = ${dialect.writer(rowWrite(heads, { service, token }))} WHERE service = ${service} AND token = ${token} AND owner = ${owner}${returning}`;
}

/** Moves the head over the batch, on the condition that the batch may follow it. */
function headMove({ writer }: Dialect, heads: Table, { hold, entries }: AuditBatch): Sql {
  const { service, token, owner } = hold;
  const [first] = entries;
  const last = entries.at(-1) ?? first;
  return sql`UPDATE ${tableName(heads)} SET seq = ${last.seq}, hash = ${last.hash}, writer = ${writer(rowWrite(heads, { service, token }))} WHERE service = ${service} AND token = ${token} AND owner = ${owner} AND seq = ${first.seq - 1} AND hash = ${first.prevHash}`;
}

function insertRows(table: Table, rows: readonly (readonly SqlValue[])[]): Sql {
  const tuples = rows.map((row) => sql`(${list(row)})`);
  return sql`INSERT INTO ${tableName(table)} (${columnsOf(table)}) VALUES ${list(tuples)}`;
}

function chunks<T>(rows: readonly T[]): T[][] {
  const count = Math.ceil(rows.length / INSERT_ROWS);
  return Array.from({ length: count }, (_, index) =>
    rows.slice(index * INSERT_ROWS, (index + 1) * INSERT_ROWS),
  );
}
