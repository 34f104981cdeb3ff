import type { Command } from 'commander';
import type { CommandRunner } from './command-runner.js';
import { examples } from './examples.js';
import { BY, REASON } from './operator-options.js';

/** `flamingock redo` */
export function addRedo(parent: Command, runner: CommandRunner): void {
  parent
    .command('redo')
    .description('in development: run the change that you are writing again, as it is now')
    .requiredOption('-c, --change <id>', 'the change')
    .option('--keep-later', 'although changes that were applied after it stay applied')
    .option(...REASON)
    .option(...BY)
    .addHelpText(
      'after',
      examples(
        ['flamingock redo -c add-category', 'undoes it if it can, else forgets it, and executes it'],
        ['flamingock redo -c add-category --keep-later', 'although later changes are applied'],
      ),
    )
    .action(runner.action(() => import('./redo.work.js')));
}
