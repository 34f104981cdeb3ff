import type { Command } from 'commander';
import type { CommandRunner } from './command-runner.js';
import { examples } from './examples.js';

/** `flamingock drift` */
export function addDrift(parent: Command, runner: CommandRunner): void {
  parent
    .command('drift')
    .description(
      'ask every applied change that has a @Verify() whether it is still there; exits with 3 when one is not',
    )
    .addHelpText(
      'after',
      examples(
        ['flamingock drift', 'what somebody has altered by hand'],
        ['flamingock drift --json', 'the same for a monitor'],
      ),
    )
    .action(runner.action(() => import('./drift.work.js')));
}
