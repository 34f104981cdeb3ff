import type { Command } from 'commander';
import type { CommandRunner } from './command-runner.js';
import { examples } from './examples.js';

/** `flamingock status` */
export function addStatus(parent: Command, runner: CommandRunner): void {
  parent
    .command('status')
    .description('show where the service stands, on one screen; locks and writes nothing')
    .option('--exit-code', 'exit with 3 when a change is pending or needs a manual check')
    .addHelpText(
      'after',
      examples(
        ['flamingock status', 'service, head, lock, pending changes, issues, last run'],
        ['flamingock status --json', 'for programs'],
      ),
    )
    .action(runner.action(() => import('./status.work.js')));
}
