import { Option, type Command } from 'commander';
import type { CommandRunner } from './command-runner.js';
import { examples } from './examples.js';

/** `flamingock create` */
export function addCreate(parent: Command, runner: CommandRunner): void {
  parent
    .command('create')
    .description('write a change with its test, and register it in its stage')
    .argument('<name>', 'what it does, such as add-category: its id')
    .option('--stage <name>', 'the stage that gets it (default: the only one)')
    .option('--target <id>', "the target system it alters (default: that of the stage's last change)")
    .addOption(
      new Option(
        '--transactional <boolean>',
        'whether it runs in a transaction (default: where its target system has them)',
      ).choices(['true', 'false']),
    )
    .option('--order <order>', 'its place in the stage (default: the next one)')
    .option('--author <name>', "who answers for it (default: the author of the stage's last change)")
    .option('--project <name>', 'the project of a monorepo')
    .option('--dry-run', 'only show what would be written')
    .addHelpText(
      'after',
      examples(
        ['flamingock create add-category', 'in the only stage'],
        ['flamingock create add-category --stage inventory --target inventory-db', 'says where'],
        ['flamingock create publish-feed --transactional false --dry-run', 'shows what it would write'],
      ),
    )
    .action(runner.standalone(() => import('./create.work.js')));
}
