import { cliCommand, releaseCommand } from '@nestjs-flamingock/core/adapter';
import { refuse } from '../cli.errors.js';
import { ExitCode } from '../exit-code.js';
import type { Check, Invocation } from './command-runner.js';
import { confirmationFaults, confirmed, type ConfirmOptions } from './confirmation.js';
import { reasonedContextOf, reasonFaults, type OperatorOptions } from './operator.js';

export interface LockReleaseOptions extends ConfirmOptions, OperatorOptions {
  readonly token: number;
}

/** Refuses what no application is needed to refuse. */
export const check: Check<LockReleaseOptions> = (options, out) =>
  refuse([...reasonFaults(options, releaseCommand(options.token)), ...confirmationFaults(options, out)]);

/** What `flamingock lock release` does. */
export async function work({ flamingock, options, out }: Invocation<LockReleaseOptions>): Promise<ExitCode> {
  const { token: number } = options;
  if (!(await confirmed(options, out, `Release the lock of token ${number}? Its holder must be gone.`))) {
    out.note('Nothing was released.');
    return ExitCode.FAILED;
  }
  const released = await flamingock.lock.release({ token: number }, reasonedContextOf(options, out));
  const { green, red } = out.palette;
  out.result({ token: number, released }, () =>
    released
      ? `${green('✔')} Released the lock of token ${number}.`
      : `${red('✖')} Token ${number} does not hold the lock: nothing was released. ${cliCommand('lock status')} shows who does.`,
  );
  return released ? ExitCode.DONE : ExitCode.FAILED;
}
