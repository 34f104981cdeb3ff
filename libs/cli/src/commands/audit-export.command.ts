import { resolve } from 'node:path';
import { Option, type Command } from 'commander';
import { UsageError } from '../cli.errors.js';
import { ExitCode } from '../exit-code.js';
import { writeAudit, type ExportFormat } from '../output/audit-file.js';
import { writeNewFile } from '../output/new-file.js';
import { oneLine } from '../output/safe-text.js';
import type { CommandRunner, GlobalOptions, Invocation } from './command-runner.js';
import { examples } from './examples.js';

interface AuditExportOptions {
  readonly format: ExportFormat;
  readonly out?: string;
}

/** `flamingock audit export` */
export function addAuditExport(parent: Command, runner: CommandRunner): void {
  parent
    .command('export')
    .description('write the whole history as it is kept, the oldest entry first')
    .addOption(new Option('--format <format>', 'how it is written').choices(['json', 'csv']).default('json'))
    .option('--out <file>', 'write to this file; with --json the result tells about it')
    .addHelpText(
      'after',
      examples(
        ['flamingock audit export > history.json', 'one JSON array, one entry a line'],
        ['flamingock audit export --format csv --out history.csv', 'for a spreadsheet'],
      ),
    )
    .action(runner.action<AuditExportOptions>(audit, check));
}

function check({ format, out, json }: AuditExportOptions & GlobalOptions): void {
  if (json === true && format === 'csv' && out === undefined)
    throw new UsageError('--json and --format csv ask for two things on one output. Leave one of them out.');
}

async function audit({ flamingock, options, out }: Invocation<AuditExportOptions>): Promise<ExitCode> {
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
