import type { Command } from 'commander';
import type { CommandRunner } from './command-runner.js';
import { examples } from './examples.js';

/** `flamingock issue get` */
export function addIssueGet(parent: Command, runner: CommandRunner): void {
  parent
    .command('get')
    .description('show all that is known about an issue, and what to do about it')
    .option('-c, --change <id>', 'the change; without it the first that has an issue')
    .option('--guidance', 'add what to do, step by step')
    .addHelpText(
      'after',
      examples(
        ['flamingock issue get', 'the first issue'],
        ['flamingock issue get -c publish-feed --guidance', 'one issue, and what to do about it'],
      ),
    )
    .action(runner.action(() => import('./issue-get.work.js')));
}
