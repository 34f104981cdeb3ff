import type { Command } from 'commander';
import type { CommandRunner } from './command-runner.js';
import { examples } from './examples.js';
import { BY, REASON } from './operator-options.js';

/** `flamingock service rename` */
export function addServiceRename(parent: Command, runner: CommandRunner): void {
  parent
    .command('rename')
    .description('give a service another name, under which its history goes on')
    .argument('<old>', 'the name under which its history is kept')
    .argument('<new>', 'the name under which it goes on; there must be no history under it')
    .requiredOption(...REASON)
    .option(...BY)
    .option('--yes', 'do not ask')
    .addHelpText(
      'after',
      examples(
        ['flamingock service rename default shop --reason "it has a name now"', 'asks, then renames it'],
        ['flamingock service rename shop store --reason "bought" --yes', 'does not ask'],
      ),
    )
    .action(runner.action(() => import('./service-rename.work.js')));
}
