import type { Command } from 'commander';
import type { CommandRunner } from './command-runner.js';
import { examples } from './examples.js';

/** `flamingock plan` */
export function addPlan(parent: Command, runner: CommandRunner): void {
  parent
    .command('plan')
    .description('show what the next run would do about every change, and why; locks and writes nothing')
    .option('--exit-code', 'exit with 3 when a change is pending or blocked')
    .addHelpText(
      'after',
      examples(
        ['flamingock plan', 'before a deploy, for people'],
        ['flamingock plan --exit-code', 'the same in a pipeline: 3 when something is to be done'],
        ['flamingock plan --json', 'for programs'],
      ),
    )
    .action(runner.action(() => import('./plan.work.js')));
}
