import type { Command } from 'commander';
import type { CommandRunner } from './command-runner.js';
import { examples } from './examples.js';

/** `flamingock report compliance` */
export function addReportCompliance(parent: Command, runner: CommandRunner): void {
  parent
    .command('compliance')
    .description(
      'what was done about changes in a period, for an auditor; exits with 3 if that is not proven to be all',
    )
    .option('--from <time>', 'begin of the period: 2026-01-01, or 2026-01-01T00:00+01:00')
    .option('--to <time>', 'its end; a date is included')
    .option('--control <standard>', 'name the requirements of soc2, pci or iso')
    .option('--format <format>', 'html, json or csv', 'html')
    .option('-o, --out <file>', 'write to this file; with --json the result tells about it')
    .option('--drift', 'ask applied changes that have a @Verify() whether they are still there')
    .option('--statement <file>', 'signed heads that were kept elsewhere')
    .option('--public-key <pem>', 'the file with the public key of who signed them')
    .addHelpText(
      'after',
      examples(
        [
          'flamingock report compliance --from 2026-01-01 --to 2026-12-31 -o 2026.html',
          'one page, for reading',
        ],
        ['flamingock report compliance --control pci -o report.html', 'by the requirements of PCI DSS'],
        ['flamingock report compliance --format csv -o changes.csv', 'for a spreadsheet'],
      ),
    )
    .action(runner.action(() => import('./report-compliance.work.js')));
}
