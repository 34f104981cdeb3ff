import { InvalidArgumentError, type Command } from 'commander';
import type { CommandRunner } from './command-runner.js';
import { examples } from './examples.js';

/** `flamingock lock release` */
export function addLockRelease(parent: Command, runner: CommandRunner): void {
  parent
    .command('release')
    .description('free the lock of a holder that is known to be gone, before its lease ends')
    .requiredOption('--token <token>', 'the acquisition, as "lock status" shows it', token)
    .option('--yes', 'do not ask')
    .option('--reason <text>', 'why; must be given, and is told by the event lock.released')
    .option('--by <name>', 'who; told by the event lock.released (default: the user of this process)')
    .addHelpText(
      'after',
      examples([
        'flamingock lock release --token 7 --reason "its host is gone" --yes',
        'frees acquisition 7, and no other',
      ]),
    )
    .action(runner.action(() => import('./lock-release.work.js')));
}

function token(value: string): number {
  if (/^\d{1,15}$/.test(value)) return Number(value);
  throw new InvalidArgumentError('It must be a whole number.');
}
