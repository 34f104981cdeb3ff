import { formatReport, type ExecutionReport } from '@nestjs-flamingock/core';
import { ExitCode } from '../exit-code.js';
import type { Output } from '../output/output.js';
import { manyLines } from '../output/safe-text.js';

/** Shows how a run ended that was not stopped. */
export function showReport(report: ExecutionReport, out: Output): void {
  for (const warning of report.warnings) out.note(`! ${warning}`);
  out.result(report, () => summary(report, out.palette.green));
}

/** How a command ends that ends with this report. */
export function endOf({ status }: ExecutionReport): ExitCode {
  return status === 'incomplete' ? ExitCode.ATTENTION : ExitCode.DONE;
}

/** What progress has not shown yet: how it ended, and what to do about it. */
export function summary(report: ExecutionReport, colour: (text: string) => string): string {
  const untold = report.changes.filter(({ result }) => result !== 'executed' && result !== 'skipped');
  const headline = formatReport(report).split('\n', 1).join('');
  const rest = formatReport({ ...report, changes: untold })
    .split('\n')
    .slice(1);
  return [colour(manyLines(headline)), ...rest.map(manyLines)].join('\n');
}
