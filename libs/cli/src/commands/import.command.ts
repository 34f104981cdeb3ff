import type { Command } from 'commander';
import type { CommandRunner } from './command-runner.js';
import { examples } from './examples.js';
import { BY, REASON } from './operator-options.js';

/** `flamingock import` */
export function addImport(parent: Command, runner: CommandRunner): void {
  parent
    .command('import')
    .description('record what another migration tool has applied, so that it does not run again')
    .argument('[tool]', 'typeorm, umzug, knex, prisma, mikro-orm, flyway, migrate-mongo or mongock')
    .option('--target <id>', 'the target system that it has migrated (default: the only one that fits)')
    .option('--table <name>', "its table or collection (default: the tool's own)")
    .option('--schema <name>', 'the schema of that table (default: where the connection finds it)')
    .option('--dry-run', 'only show what would be recorded, and all faults; locks and writes nothing')
    .option('--undo', 'take back what the last import or baseline recorded, while nothing else was since')
    .option(...REASON)
    .option(...BY)
    .addHelpText(
      'after',
      examples(
        ['flamingock import typeorm --dry-run', 'what would be recorded?'],
        ['flamingock import typeorm --reason "moving to flamingock"', 'all of it, or nothing'],
        ['flamingock import --undo', 'that was not meant'],
      ),
    )
    .action(runner.action(() => import('./import.work.js')));
}
