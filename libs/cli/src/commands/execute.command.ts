import type { Command } from 'commander';
import type { CommandRunner } from './command-runner.js';
import { examples } from './examples.js';

/** `flamingock execute` */
export function addExecute(parent: Command, runner: CommandRunner): void {
  parent
    .command('execute')
    .alias('apply')
    .description('apply what is pending now, unless another instance does')
    .addHelpText(
      'after',
      examples(
        ['flamingock execute', 'as a job or an init container, before the application starts'],
        ['flamingock execute --json', 'the report of the run as JSON'],
      ),
    )
    .action(runner.action(() => import('./execute.work.js')));
}
