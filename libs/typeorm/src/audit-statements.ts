import type { AuditBatch, AuditEntry } from '@nestjs-flamingock/core';
import { toRow } from './audit-entry.row.js';
import { columnsOf, names, type Table } from './schema/table.js';
import { list, name, sql, type Sql } from './sql.js';

/** Keeps the values of one statement below every server's bound. */
const INSERT_ROWS = 500;

/** Moves the head over the batch, on the condition that the batch may follow it. */
export function headMove(heads: Table, { service, token, entries }: AuditBatch): Sql {
  const [first] = entries;
  const last = entries.at(-1) ?? first;
  return sql`UPDATE ${name(heads.name)} SET seq = ${last.seq}, hash = ${last.hash} WHERE service = ${service} AND token = ${token} AND seq = ${first.seq - 1}`;
}

/** Inserts the entries, many with each statement. */
export function appendStatements(table: Table, entries: readonly AuditEntry[]): Sql[] {
  const rows = entries.map(toRow);
  const statements: Sql[] = [];
  for (let from = 0; from < rows.length; from += INSERT_ROWS) {
    statements.push(insertRows(table, rows.slice(from, from + INSERT_ROWS)));
  }
  return statements;
}

/**
 * The last entry of each change. Steps through the index (service, change_id, seq) from
 * one change to the next, so its cost grows with the changes, not with their history.
 */
export function snapshotQuery(table: Table, service: string): Sql {
  const entries = name(table.name);
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

function insertRows(table: Table, rows: readonly ReturnType<typeof toRow>[]): Sql {
  const columns = Object.keys(table.columns);
  const tuples = rows.map((row) => sql`(${list(columns.map((column) => row[column] ?? null))})`);
  return sql`INSERT INTO ${name(table.name)} (${names(columns)}) VALUES ${list(tuples)}`;
}
