import type { ComplianceChange } from '../operations/compliance-change.js';
import type { ComplianceItem } from '../operations/compliance.js';

/** Columns of a compliance report in their order, one row for each change. */
export const COMPLIANCE_COLUMNS = [
  'exceptions',
  'firstSeq',
  'lastSeq',
  'startedAt',
  'endedAt',
  'changeId',
  'stage',
  'order',
  'targetSystem',
  'author',
  'operation',
  'outcome',
  'durationMs',
  'approvedBy',
  'actor',
  'actorKind',
  'actorVia',
  'host',
  'executionId',
  'reason',
  'tickets',
  'rollbackPlan',
  'fingerprint',
  'tests',
  'error',
] as const;

/** One row by its columns. */
export type ComplianceRow = Readonly<
  Record<(typeof COMPLIANCE_COLUMNS)[number], string | number | null | undefined>
>;

/** A change of a report as a row. */
export function complianceRow(change: ComplianceChange): ComplianceRow {
  const { actor, approvals, exceptions, tickets, ...rest } = change;
  return {
    ...rest,
    exceptions: exceptions.join(' '),
    tickets: tickets.join(' '),
    approvedBy: approvals.map(({ by, at }) => `${by} ${at}`).join('; '),
    actor: actor?.name,
    actorKind: actor?.kind,
    actorVia: actor?.via,
    reason: change.reason,
    fingerprint: change.fingerprint,
    tests: change.tests,
    error: change.error,
  };
}

/** What a spreadsheet takes for the begin of a formula. */
const FORMULA = /^[=+\-@\t\r\uFF0B\uFF0D\uFF1D\uFF20]/;

/**
 * The changes of a report as RFC 4180 has it, row by row, the header first. No cell is a formula.
 *
 * @param items As `flamingock.audit.compliance()` gives them.
 */
export async function* complianceCsv(items: AsyncIterable<ComplianceItem>): AsyncGenerator<string> {
  yield `${COMPLIANCE_COLUMNS.join(',')}\r\n`;
  for await (const item of items) {
    if (item.kind !== 'change') continue;
    const row = complianceRow(item);
    yield `${COMPLIANCE_COLUMNS.map((column) => cellOf(row[column])).join(',')}\r\n`;
  }
}

/**
 * A report as one document, one change a line.
 *
 * @param items As `flamingock.audit.compliance()` gives them.
 */
export async function* complianceJson(items: AsyncIterable<ComplianceItem>): AsyncGenerator<string> {
  let before = '';
  for await (const item of items) {
    switch (item.kind) {
      case 'header':
        yield `{"report": ${JSON.stringify(item)},\n"changes": [`;
        break;
      case 'change':
        yield `${before}\n${JSON.stringify(item)}`;
        before = ',';
        break;
      case 'summary':
        yield `\n],\n"summary": ${JSON.stringify(item)}}\n`;
    }
  }
}

function cellOf(value: ComplianceRow[keyof ComplianceRow]): string {
  if (typeof value === 'number') return String(value);
  const text = FORMULA.test(value ?? '') ? `'${value ?? ''}` : (value ?? '');
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
