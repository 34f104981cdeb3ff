import type { Command } from 'commander';
import type { CommandRunner } from './command-runner.js';
import { examples } from './examples.js';
import { BY, REASON } from './operator-options.js';

/** `flamingock baseline` */
export function addBaseline(parent: Command, runner: CommandRunner): void {
  const [who, whose] = BY;
  parent
    .command('baseline')
    .description('mark every change up to one as applied, in a database that has them without any history')
    .requiredOption('--to <id>', 'the last change that is applied')
    .requiredOption(who, whose.replace(/ \(.*/, ': who vouches for it'))
    .requiredOption(...REASON)
    .option('--dry-run', 'only show which changes would be marked; locks and writes nothing')
    .addHelpText(
      'after',
      examples([
        'flamingock baseline --to add-users --by ann --reason "compared the schema"',
        'everything after it runs at the next start',
      ]),
    )
    .action(runner.action(() => import('./baseline.work.js')));
}
