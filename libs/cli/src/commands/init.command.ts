import { Option, type Command } from 'commander';
import type { CommandRunner } from './command-runner.js';
import { examples } from './examples.js';

/** `flamingock init` */
export function addInit(parent: Command, runner: CommandRunner): void {
  parent
    .command('init')
    .description('set up an application that has a database: module, first change, package.json')
    .addOption(
      new Option('--database <name>', 'which database holds the history (default: the only one)').choices([
        'typeorm',
        'mongoose',
      ]),
    )
    .option('--project <name>', 'the application of a monorepo (default: the only one)')
    .option('--dry-run', 'only show what would be written')
    .option('--yes', 'do not ask')
    .addHelpText(
      'after',
      examples(
        ['flamingock init', 'shows what it would write, and asks'],
        ['flamingock init --database typeorm --yes', 'does not ask'],
      ),
    )
    .action(runner.standalone(() => import('./init.work.js')));
}
