import { resolve } from 'node:path';
import type { ComplianceControl, ComplianceRequest, ComplianceSummary } from '@nestjs-flamingock/core';
import { complianceFaults } from '@nestjs-flamingock/core/adapter';
import { UsageError } from '../cli.errors.js';
import { ExitCode } from '../exit-code.js';
import { REPORT_FORMATS, writeReport, type ReportFormat } from '../output/compliance-file.js';
import { writeNewFile } from '../output/new-file.js';
import type { Output } from '../output/output.js';
import { oneLine } from '../output/safe-text.js';
import { signedIn, statementFault, type StatementOptions } from './audit-verify.work.js';
import type { GlobalOptions, Work } from './command-runner.js';

export interface ReportComplianceOptions extends StatementOptions {
  readonly from?: string;
  readonly to?: string;
  readonly control?: ComplianceControl;
  readonly format: ReportFormat;
  readonly out?: string;
  readonly drift?: boolean;
}

/** Refuses what no application is needed to refuse, all of it at once. */
export function check(options: ReportComplianceOptions & GlobalOptions): void {
  const { format, json, out } = options;
  const faults = complianceFaults(requestOf(options)).map(({ field, problem }) => `--${field} ${problem}`);
  if (!REPORT_FORMATS.includes(format))
    faults.push(`--format must be one of ${REPORT_FORMATS.join(', ')}, not ${JSON.stringify(format)}`);
  else if (json === true && format !== 'json' && out === undefined)
    faults.push(`--json and --format ${format} ask for two things on one output: leave one of them out`);
  const unpaired = statementFault(options);
  if (unpaired !== undefined) faults.push(unpaired);
  if (faults.length > 0)
    throw new UsageError(`Nothing was done:${faults.map((fault) => `\n  - ${fault}`).join('')}`);
}

/** What `flamingock report compliance` does. */
export const work: Work<ReportComplianceOptions> = async ({ flamingock, options, out }) => {
  const { terminal } = out;
  const { format } = options;
  const signed = signedIn(options, terminal.directory);
  const items = flamingock.audit.compliance({ ...requestOf(options), ...(signed && { signed }) });
  if (options.out === undefined) {
    out.markShown();
    return exitCodeOf(await writeReport(items, format, terminal.output), out);
  }
  const file = resolve(terminal.directory, options.out);
  const summary = await writeNewFile(file, (stream) => writeReport(items, format, stream));
  const count = summary?.changes ?? 0;
  out.result({ file, format, ...summary, kind: undefined }, () =>
    oneLine(`${out.palette.green('✔')} ${count} ${count === 1 ? 'change' : 'changes'} in ${file}`),
  );
  return exitCodeOf(summary, out);
};

function requestOf({ from, to, control, drift }: ReportComplianceOptions): ComplianceRequest {
  return {
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    ...(control !== undefined && { control }),
    ...(drift === true && { drift }),
  };
}

/** Whoever reads a table alone does not see what it proves. */
function exitCodeOf(summary: ComplianceSummary | undefined, out: Output): ExitCode {
  if (!summary || (summary.verification.ok && summary.contiguous)) return ExitCode.DONE;
  const { verification } = summary;
  const why = verification.ok
    ? 'entries between them have times that are not in the period'
    : `${verification.seq === 0 ? '' : `entry ${verification.seq}: `}${verification.fault}`;
  out.note(`${out.palette.red('✖')} The report is not proven to be complete: ${why}.`);
  return ExitCode.ATTENTION;
}
