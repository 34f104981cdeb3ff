import { cliCommand } from '@nestjs-flamingock/core/adapter';
import { ExitCode } from '../exit-code.js';
import type { Invocation } from './command-runner.js';
import { confirmed, requireConfirmation, type ConfirmOptions } from './confirmation.js';
import { contextOf, type OperatorOptions } from './operator.js';

export interface LockReleaseOptions extends ConfirmOptions, OperatorOptions {
  readonly token: number;
}

export { requireConfirmation as check };

/** What `flamingock lock release` does. */
export async function work({ flamingock, options, out }: Invocation<LockReleaseOptions>): Promise<ExitCode> {
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
