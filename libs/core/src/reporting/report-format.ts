import { describeTargetFacts } from '../recovery/diagnosis-format.js';
import type { ChangeReport, ChangeResult, ExecutionReport } from './execution-report.js';

const MARKS: Readonly<Record<ChangeResult, string>> = {
  executed: '✔ executed',
  reconciled: '✔ reconciled',
  skipped: '· skipped',
  failed: '✖ failed',
  blocked: '✖ blocked',
  waiting: '… waiting',
  'not-reached': '– not reached',
};

/**
 * A report as lines for people: one headline, one line per change that was not simply
 * skipped, and for trouble what was left behind and what to do.
 */
export function formatReport(report: ExecutionReport): string {
  const told = report.changes.filter(({ result }) => result !== 'skipped');
  return [headline(report), ...told.flatMap(changeLines), ...waitLine(report), ...headLine(report)].join(
    '\n',
  );
}

/**
 * A report as fields for a log that is searched: the headline as `text`, how many changes came to what, and those
 * that were not simply skipped. Warnings are lines of their own.
 */
export function reportFields({ changes, warnings: _told, ...report }: ExecutionReport) {
  const text = headline({ ...report, changes, warnings: [] });
  const told = changes.filter(({ result }) => result !== 'skipped');
  return { text, ...report, results: Object.fromEntries(resultsOf(changes)), changes: told };
}

function headline({ service, status, changes, durationMs }: ExecutionReport): string {
  const subject = `Service "${service}"`;
  const counts = countResults(changes);
  switch (status) {
    case 'up-to-date':
      return `${subject} is up to date: ${changes.length} ${changes.length === 1 ? 'change' : 'changes'}, nothing to apply (${durationMs} ms)`;
    case 'applied':
      return `${subject} is up to date now: ${counts} (${durationMs} ms)`;
    case 'incomplete':
      return `${subject} is NOT complete, and starts all the same (onIssue: 'skip'): ${counts} (${durationMs} ms)`;
    case 'stopped':
      return `${subject} STOPPED: ${counts} (${durationMs} ms)`;
  }
}

function countResults(changes: readonly ChangeReport[]): string {
  return [...resultsOf(changes)].map(([result, count]) => `${count} ${result.replace('-', ' ')}`).join(', ');
}

function resultsOf(changes: readonly ChangeReport[]): Map<ChangeResult, number> {
  const counts = new Map<ChangeResult, number>();
  for (const { result } of changes) counts.set(result, (counts.get(result) ?? 0) + 1);
  return counts;
}

function changeLines(change: ChangeReport): string[] {
  const took = change.durationMs > 0 ? ` in ${change.durationMs} ms` : '';
  const line = `  ${MARKS[change.result]}  ${change.stage} / ${change.order} / ${change.changeId}${took}`;
  if (change.result === 'executed') return [line];
  return [`${line}: ${change.reason}`, ...troubleLines(change)];
}

function troubleLines({
  state,
  recorded,
  error,
  diagnosis,
  rollbackError,
  nextSteps = [],
}: ChangeReport): string[] {
  const target = diagnosis && describeTargetFacts(diagnosis);
  const statement = diagnosis?.statement;
  const facts = [
    ...(state === undefined
      ? []
      : [`State left behind: ${state}${recorded === undefined ? '' : ` (recorded ${recorded})`}`]),
    ...(error === undefined ? [] : [`Cause: ${error}`]),
    ...(target === undefined ? [] : [`Target system: ${target}`]),
    ...(statement === undefined ? [] : [`Statement: ${statement}`]),
    ...(rollbackError === undefined ? [] : [`Rollback failed: ${rollbackError}`]),
    ...(nextSteps.length === 0 ? [] : ['What to do:']),
  ];
  return [
    ...facts.map((fact) => indent(fact, 6)),
    ...nextSteps.map((step, index) => indent(`${index + 1}. ${step}`, 8)),
  ];
}

function waitLine({ waitedMs, waitedFor }: ExecutionReport): string[] {
  return waitedFor === undefined ? [] : [`  waited ${waitedMs} ms for ${waitedFor}`];
}

function headLine({ head, status }: ExecutionReport): string[] {
  return head && status === 'applied' ? [`  audit head ${head.seq}:${head.hash}`] : [];
}

function indent(text: string, width: number): string {
  return text.replace(/^/gm, ' '.repeat(width));
}
