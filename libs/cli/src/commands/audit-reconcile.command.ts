import { Option, type Command } from 'commander';
import type { CommandRunner } from './command-runner.js';
import { examples } from './examples.js';
import { BY, REASON } from './operator-options.js';

/** `flamingock audit reconcile` */
export function addAuditReconcile(parent: Command, runner: CommandRunner): void {
  parent
    .command('reconcile')
    .description('show where history and target systems contradict each other, and record what you found out')
    .option('--executed <id...>', 'changes of which all is in the target system')
    .option('--rolled-back <id...>', 'changes of which nothing is in the target system')
    .addOption(
      new Option('--others <finding>', 'the finding about all other changes in question').choices([
        'EXECUTED',
        'ROLLED_BACK',
      ]),
    )
    .option(...REASON)
    .option(...BY)
    .addHelpText(
      'after',
      examples(
        ['flamingock audit reconcile', 'what is in question? Exits with 3 if anything is'],
        ['flamingock audit reconcile --executed 0007-prices --others ROLLED_BACK', 'record what you found'],
      ),
    )
    .action(runner.action(() => import('./audit-reconcile.work.js')));
}
