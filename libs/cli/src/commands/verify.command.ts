import type { Command } from 'commander';
import type { CommandRunner } from './command-runner.js';
import { examples } from './examples.js';

/** `flamingock verify` */
export function addVerify(parent: Command, runner: CommandRunner): void {
  parent
    .command('verify')
    .description(
      'ask changes, by their @Verify(), how much of them is in their target systems; locks and writes nothing',
    )
    .option('-c, --change <id>', 'only this change')
    .addHelpText(
      'after',
      examples(
        ['flamingock verify', 'what every change that has a @Verify() says'],
        ['flamingock verify -c publish-feed', 'what one says'],
      ),
    )
    .action(runner.action(() => import('./verify.work.js')));
}
