import { cliCommand } from '@nestjs-flamingock/core/adapter';
import { ExitCode } from '../exit-code.js';
import { oneLine } from '../output/safe-text.js';
import type { Work } from './command-runner.js';
import { contextOf, type OperatorOptions } from './operator.js';

export interface AlertsResendOptions extends OperatorOptions {
  readonly id: string;
}

/** What `flamingock alerts resend` does. */
export const work: Work<AlertsResendOptions> = async ({ flamingock, options, out }) => {
  const { id } = options;
  const revived = await flamingock.alerts.resend(id, contextOf(options, out));
  const { green, red } = out.palette;
  out.result({ id, revived }, () =>
    oneLine(
      revived > 0
        ? `${green('✔')} ${revived} of ${id} will be tried anew, by any living instance or by ${cliCommand('alerts deliver')}.`
        : `${red('✖')} ${id} has no dead letter. ${cliCommand('alerts list')} shows how far its delivery is.`,
    ),
  );
  return revived > 0 ? ExitCode.DONE : ExitCode.FAILED;
};
