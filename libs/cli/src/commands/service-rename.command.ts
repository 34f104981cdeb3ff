import type { Command } from 'commander';
import type { ServiceRename } from '@nestjs-flamingock/core';
import { interruptibly } from '../application/interruption.js';
import { ExitCode } from '../exit-code.js';
import type { Output } from '../output/output.js';
import { oneLine } from '../output/safe-text.js';
import type { CommandRunner, Invocation } from './command-runner.js';
import { confirmed, requireConfirmation, type ConfirmOptions } from './confirmation.js';
import { examples } from './examples.js';
import { noteHolder } from './lock-note.js';
import { BY, contextOf, REASON, type OperatorOptions } from './operator.js';

interface ServiceRenameOptions extends ConfirmOptions, OperatorOptions {}

interface Names {
  readonly from: string;
  readonly to: string;
}

/** `flamingock service rename` */
export function addServiceRename(parent: Command, runner: CommandRunner): void {
  parent
    .command('rename')
    .description('give a service another name, under which its history goes on')
    .argument('<old>', 'the name under which its history is kept')
    .argument('<new>', 'the name under which it goes on; there must be no history under it')
    .requiredOption(...REASON)
    .option(...BY)
    .option('--yes', 'do not ask')
    .addHelpText(
      'after',
      examples(
        ['flamingock service rename default shop --reason "it has a name now"', 'asks, then renames it'],
        ['flamingock service rename shop store --reason "bought" --yes', 'does not ask'],
      ),
    )
    .action((from: string, to: string, options: ServiceRenameOptions, command: Command) => {
      const action = runner.action<ServiceRenameOptions>(
        (invocation) => rename({ from, to }, invocation),
        requireConfirmation,
      );
      return action(options, command);
    });
}

async function rename(
  { from, to }: Names,
  { flamingock, options, out }: Invocation<ServiceRenameOptions>,
): Promise<ExitCode> {
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
