import type { Action, AuditFixRequest, AuditFixResult } from '@nestjs-flamingock/core';
import { fixCommand } from '@nestjs-flamingock/core/adapter';
import { interruptibly } from '../application/interruption.js';
import { refuse } from '../cli.errors.js';
import { ExitCode } from '../exit-code.js';
import type { Output } from '../output/output.js';
import { oneLine } from '../output/safe-text.js';
import { noteHolder } from './lock-note.js';
import { reasonedContextOf, reasonFaults, type OperatorOptions } from './operator.js';
import type { Check, Work } from './command-runner.js';

export interface AuditFixOptions extends OperatorOptions {
  readonly change: string;
  readonly resolution: NonNullable<AuditFixRequest['resolution']>;
}

/** Refuses what no application is needed to refuse. */
export const check: Check<AuditFixOptions> = (options) =>
  refuse(reasonFaults(options, fixCommand(options.change, options.resolution)));

/** What `flamingock audit fix` does. */
export const work: Work<AuditFixOptions> = async ({ flamingock, options, out }) => {
  const { change: changeId, resolution } = options;
  await noteHolder(flamingock, out);
  const result = await interruptibly(
    flamingock,
    (text) => out.note(text),
    () => flamingock.audit.fix({ changeId, resolution }, reasonedContextOf(options, out)),
  );
  out.result(result, () => describe(result, out));
  return ExitCode.DONE;
};

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
  WAIT: 'leaves it alone for a while',
};
