import type { Command } from 'commander';
import type { CommandRunner } from './command-runner.js';
import { examples } from './examples.js';
import { BY, CONFIRM, NEEDED_REASON } from './operator-options.js';

/** `flamingock undo` */
export function addUndo(parent: Command, runner: CommandRunner): void {
  parent
    .command('undo')
    .description('revert applied changes by their @RollbackExecution, the last applied first')
    .option('-c, --change <id>', 'this change')
    .option('--to <id>', 'everything that was applied after this change, which stays')
    .option('--dry-run', 'only show what would be undone; locks and writes nothing')
    .option('--yes', 'do not ask; only on a terminal')
    .option(...CONFIRM)
    .option(...NEEDED_REASON)
    .option(...BY)
    .addHelpText(
      'after',
      examples(
        ['flamingock undo -c publish-feed --dry-run', 'what would be undone'],
        ['flamingock undo -c publish-feed --reason "wrong prices"', 'asks, then undoes one change'],
        ['flamingock undo --to create-tables --reason "a new beginning"', 'everything after that change'],
      ),
    )
    .action(runner.action(() => import('./undo.work.js')));
}
