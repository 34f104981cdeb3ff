import { resolve } from 'node:path';
import { UsageError } from '../cli.errors.js';
import { ExitCode } from '../exit-code.js';
import { writeAudit, type ExportFormat } from '../output/audit-file.js';
import { writeNewFile } from '../output/new-file.js';
import { oneLine } from '../output/safe-text.js';
import type { GlobalOptions, Invocation } from './command-runner.js';

export interface AuditExportOptions {
  readonly format: ExportFormat;
  readonly out?: string;
}

/** Refuses what no application is needed to refuse. */
export function check({ format, out, json }: AuditExportOptions & GlobalOptions): void {
  if (json === true && format === 'csv' && out === undefined)
    throw new UsageError('--json and --format csv ask for two things on one output. Leave one of them out.');
}

/** What `flamingock audit export` does. */
export async function work({ flamingock, options, out }: Invocation<AuditExportOptions>): Promise<ExitCode> {
  const { format } = options;
  if (options.out === undefined) {
    out.markShown();
    await writeAudit(flamingock.audit.export(), format, out.terminal.output);
    return ExitCode.DONE;
  }
  const file = resolve(out.terminal.directory, options.out);
  const entries = await writeNewFile(file, (stream) => writeAudit(flamingock.audit.export(), format, stream));
  out.result(
    { file, format, entries },
    () => `${out.palette.green('✔')} ${entries} entries in ${oneLine(file)}`,
  );
  return ExitCode.DONE;
}
