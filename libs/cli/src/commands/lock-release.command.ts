import { InvalidArgumentError, type Command } from 'commander';
import { cliCommand } from '@nestjs-flamingock/core/adapter';
import { ExitCode } from '../exit-code.js';
import type { CommandRunner, Invocation } from './command-runner.js';
import { confirmed, requireConfirmation, type ConfirmOptions } from './confirmation.js';
import { examples } from './examples.js';
import { contextOf, type OperatorOptions } from './operator.js';

interface LockReleaseOptions extends ConfirmOptions, OperatorOptions {
  readonly token: number;
}

/** `flamingock lock release` */
export function addLockRelease(parent: Command, runner: CommandRunner): void {
  parent
    .command('release')
    .description('free the lock of a holder that is known to be gone, before its lease ends')
    .requiredOption('--token <token>', 'the acquisition, as "lock status" shows it', token)
    .option('--yes', 'do not ask')
    .option('--reason <text>', 'why; told by the event lock.released')
    .option('--by <name>', 'who; told by the event lock.released (default: the user of this process)')
    .addHelpText(
      'after',
      examples(['flamingock lock release --token 7 --yes', 'frees acquisition 7, and no other']),
    )
    .action(runner.action<LockReleaseOptions>(release, requireConfirmation));
}

async function release({ flamingock, options, out }: Invocation<LockReleaseOptions>): Promise<ExitCode> {
  const { token: number } = options;
  if (!(await confirmed(options, out, `Release the lock of token ${number}? Its holder must be gone.`))) {
    out.note('Nothing was released.');
    return ExitCode.FAILED;
  }
  const released = await flamingock.lock.release({ token: number }, contextOf(options, out));
  const { green, red } = out.palette;
  out.result({ token: number, released }, () =>
    released
      ? `${green('✔')} Released the lock of token ${number}.`
      : `${red('✖')} Token ${number} does not hold the lock: nothing was released. ${cliCommand('lock status')} shows who does.`,
  );
  return released ? ExitCode.DONE : ExitCode.FAILED;
}

function token(value: string): number {
  if (/^\d{1,15}$/.test(value)) return Number(value);
  throw new InvalidArgumentError('It must be a whole number.');
}
