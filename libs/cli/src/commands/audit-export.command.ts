import { Option, type Command } from 'commander';
import type { CommandRunner } from './command-runner.js';
import { examples } from './examples.js';

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
    .action(runner.action(() => import('./audit-export.work.js')));
}
