import { InvalidArgumentError, type Command } from 'commander';
import type { CommandRunner } from './command-runner.js';
import { examples } from './examples.js';

/** `flamingock audit list` */
export function addAuditList(parent: Command, runner: CommandRunner): void {
  parent
    .command('list')
    .alias('ls')
    .description('list the last recorded state of each change, or every entry')
    .option('--history', 'every entry, the newest last')
    .option(
      '--since <time>',
      "only entries from then on, by the audit store's clock: 2026-01-31 or 2026-01-31T08:00Z",
    )
    .option('-c, --change <id>', 'only entries of this change')
    .option('--extended', 'everything that an entry holds')
    .option('--limit <count>', 'only the last so many', wholeNumber)
    .addHelpText(
      'after',
      examples(
        ['flamingock audit list', 'where each change stands'],
        ['flamingock audit list --history --limit 20', 'what happened last'],
        ['flamingock audit list --history -c publish-feed --extended', 'all about one change'],
      ),
    )
    .action(runner.action(() => import('./audit-list.work.js')));
}

function wholeNumber(value: string): number {
  if (/^[1-9]\d{0,8}$/.test(value)) return Number(value);
  throw new InvalidArgumentError('It must be a whole number from 1.');
}
