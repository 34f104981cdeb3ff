import { InvalidArgumentError, type Command } from 'commander';
import type { CommandRunner } from './command-runner.js';
import { examples } from './examples.js';

/** `flamingock wait` */
export function addWait(parent: Command, runner: CommandRunner): void {
  parent
    .command('wait')
    .description('wait until another process has applied what is pending; locks and writes nothing')
    .option('--timeout <ms>', 'longest time to wait, in milliseconds (default: lock.waitMs)', milliseconds)
    .addHelpText(
      'after',
      examples(
        ['flamingock wait', 'before a program starts that needs the changes'],
        ['flamingock wait --timeout 0', 'exits with 1 where anything is pending now'],
      ),
    )
    .action(runner.action(() => import('./wait.work.js')));
}

/** The longest delay of a timer. */
const LONGEST_MS = 2 ** 31 - 1;

function milliseconds(value: string): number {
  if (/^\d{1,10}$/.test(value) && Number(value) <= LONGEST_MS) return Number(value);
  throw new InvalidArgumentError(`It must be a whole number of milliseconds, up to ${LONGEST_MS}.`);
}
