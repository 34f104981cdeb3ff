import type { Command } from 'commander';
import type { CommandRunner } from './command-runner.js';
import { examples } from './examples.js';

/** `flamingock issue list` */
export function addIssueList(parent: Command, runner: CommandRunner): void {
  parent
    .command('list')
    .alias('ls')
    .description('list the changes whose recorded state needs a manual check')
    .option('--exit-code', 'exit with 3 when there is an issue')
    .addHelpText(
      'after',
      examples(
        ['flamingock issue list', 'what is wrong'],
        ['flamingock issue ls --exit-code', 'the same for a monitor: 3 when something is wrong'],
      ),
    )
    .action(runner.action(() => import('./issue-list.work.js')));
}
