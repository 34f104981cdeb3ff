import { Option, type Command } from 'commander';
import type { Action, AuditFixRequest, AuditFixResult } from '@nestjs-flamingock/core';
import { interruptibly } from '../application/interruption.js';
import { ExitCode } from '../exit-code.js';
import type { Output } from '../output/output.js';
import { oneLine } from '../output/safe-text.js';
import type { CommandRunner } from './command-runner.js';
import { examples } from './examples.js';
import { noteHolder } from './lock-note.js';
import { BY, contextOf, REASON, type OperatorOptions } from './operator.js';

interface AuditFixOptions extends OperatorOptions {
  readonly change: string;
  readonly resolution: NonNullable<AuditFixRequest['resolution']>;
}

/** `flamingock audit fix` */
export function addAuditFix(parent: Command, runner: CommandRunner): void {
  parent
    .command('fix')
    .description('record what you found out about a change that needs a manual check')
    .requiredOption('-c, --change <id>', 'the change')
    .addOption(
      new Option(
        '--resolution <finding>',
        'EXECUTED: all of it is in the target system; ROLLED_BACK: nothing of it is',
      )
        .choices(['EXECUTED', 'ROLLED_BACK'])
        .default('EXECUTED'),
    )
    .option(...REASON)
    .option(...BY)
    .addHelpText(
      'after',
      examples(
        ['flamingock audit fix -c publish-feed', 'all of it is there: it will not run again'],
        [
          'flamingock audit fix -c publish-feed --resolution ROLLED_BACK',
          'nothing of it is: it will run again',
        ],
        ['flamingock audit fix -c publish-feed --reason "all 5 files are out"', 'and why'],
      ),
    )
    .action(
      runner.action<AuditFixOptions>(async ({ flamingock, options, out }) => {
        const { change: changeId, resolution } = options;
        await noteHolder(flamingock, out);
        const result = await interruptibly(
          flamingock,
          (text) => out.note(text),
          () => flamingock.audit.fix({ changeId, resolution }, contextOf(options, out)),
        );
        out.result(result, () => describe(result, out));
        return ExitCode.DONE;
      }),
    );
}

function describe({ changeId, state, next }: AuditFixResult, out: Output): string {
  return [
    `${out.palette.green('✔')} Recorded ${state} for "${oneLine(changeId)}".`,
    `  The next run ${DOES[next.action]}: ${oneLine(next.reason)}.`,
  ].join('\n');
}

const DOES: Readonly<Record<Action, string>> = {
  EXECUTE: 'executes it',
  SKIP: 'skips it',
  RECONCILE: 'finds out from its target system whether it was executed',
  MANUAL_INTERVENTION: 'stops at it again',
};
