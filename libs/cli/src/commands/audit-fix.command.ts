import { Option, type Command } from 'commander';
import type { CommandRunner } from './command-runner.js';
import { examples } from './examples.js';
import { BY, CONFIRM, NEEDED_REASON } from './operator-options.js';

/** `flamingock audit fix` */
export function addAuditFix(parent: Command, runner: CommandRunner): void {
  parent
    .command('fix')
    .description('record what you found out about a change that needs a manual check')
    .requiredOption('-c, --change <id>', 'the change')
    .addOption(
      new Option(
        '--resolution <finding>',
        'EXECUTED: all of it is in the target system; ROLLED_BACK: nothing of it is',
      )
        .choices(['EXECUTED', 'ROLLED_BACK'])
        .default('EXECUTED'),
    )
    .option('--dry-run', 'only show what would be recorded; locks and writes nothing')
    .option(...CONFIRM)
    .option(...NEEDED_REASON)
    .option(...BY)
    .addHelpText(
      'after',
      examples(
        [
          'flamingock audit fix -c publish-feed --reason "all 5 files are out"',
          'all of it is there: it will not run again',
        ],
        [
          'flamingock audit fix -c publish-feed --resolution ROLLED_BACK --reason "removed both files"',
          'nothing of it is: it will run again',
        ],
      ),
    )
    .action(runner.action(() => import('./audit-fix.work.js')));
}
