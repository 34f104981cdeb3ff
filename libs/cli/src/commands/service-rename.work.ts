import type { ServiceRename } from '@nestjs-flamingock/core';
import { interruptibly } from '../application/interruption.js';
import { refuse } from '../cli.errors.js';
import { ExitCode } from '../exit-code.js';
import type { Output } from '../output/output.js';
import { oneLine } from '../output/safe-text.js';
import type { Check, Invocation } from './command-runner.js';
import { confirmationFaults, confirmed, type ConfirmOptions } from './confirmation.js';
import { noteHolder } from './lock-note.js';
import { contextOf, type OperatorOptions } from './operator.js';

export interface ServiceRenameOptions extends ConfirmOptions, OperatorOptions {}

/** Refuses what no application is needed to refuse. */
export const check: Check<ServiceRenameOptions> = (options, out) => refuse(confirmationFaults(options, out));

/** What `flamingock service rename` does. */
export async function work({
  flamingock,
  args,
  options,
  out,
}: Invocation<ServiceRenameOptions>): Promise<ExitCode> {
  const [from = '', to = ''] = args;
  const question = `Rename service ${quoted(from)} to ${quoted(to)}? Under the present name nothing is applied from then on.`;
  if (!(await confirmed(options, out, question))) {
    out.note('Nothing was renamed.');
    return ExitCode.FAILED;
  }
  for (const service of [from, to]) await noteHolder(flamingock, out, service);
  const renamed = await interruptibly(
    flamingock,
    (text) => out.note(text),
    () => flamingock.service.rename({ from, to }, contextOf(options, out)),
  );
  out.result(renamed, () => describe(renamed, out));
  return ExitCode.DONE;
}

function describe({ from, to, changes, recorded, head }: ServiceRename, { palette }: Output): string {
  const whole = changes === 1 ? '1 change' : `${changes} changes`;
  const done = recorded === 0 ? 'was renamed before to' : 'is renamed to';
  return [
    `${palette.green('✔')} Service ${quoted(from)} ${done} ${quoted(to)}, with the history of ${whole}.`,
    `  Give the application that name: service: '…' or FLAMINGOCK_SERVICE=${oneLine(to)}`,
    `  Head ${head.seq}:${head.hash}`,
  ].join('\n');
}

function quoted(name: string): string {
  return JSON.stringify(oneLine(name));
}
