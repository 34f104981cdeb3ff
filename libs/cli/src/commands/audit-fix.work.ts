import type { Action, AuditFixPlan, AuditFixRequest, AuditFixResult } from '@nestjs-flamingock/core';
import { fixCommand, fixPlanCommand } from '@nestjs-flamingock/core/adapter';
import { interruptibly } from '../application/interruption.js';
import { refuse } from '../cli.errors.js';
import { ExitCode } from '../exit-code.js';
import type { Output } from '../output/output.js';
import { oneLine } from '../output/safe-text.js';
import { digestFaults, type DigestOptions } from './digest-confirmation.js';
import { noteHolder } from './lock-note.js';
import { operatorActor, reasonedContextOf, reasonFaults, type OperatorOptions } from './operator.js';
import type { Check, Work } from './command-runner.js';

export interface AuditFixOptions extends OperatorOptions, DigestOptions {
  readonly change: string;
  readonly resolution: NonNullable<AuditFixRequest['resolution']>;
}

/** Refuses what no application is needed to refuse. */
export const check: Check<AuditFixOptions> = (options, out) => {
  if (options.dryRun === true) return;
  const { change, resolution } = options;
  refuse([
    ...reasonFaults(options, fixCommand(change, resolution)),
    ...digestFaults(
      'audit fix',
      options,
      operatorActor(options, out),
      fixPlanCommand(change, resolution),
      out,
    ),
  ]);
};

/** What `flamingock audit fix` does. */
export const work: Work<AuditFixOptions> = async ({ flamingock, options, out }) => {
  const { change: changeId, resolution, confirm, dryRun = false } = options;
  if (dryRun) {
    const planned = await flamingock.audit.fixPlan({ changeId, resolution });
    out.result(planned, () => describePlan(planned, resolution));
    return ExitCode.DONE;
  }
  await noteHolder(flamingock, out);
  const result = await interruptibly(
    flamingock,
    (text) => out.note(text),
    () => flamingock.audit.fix({ changeId, resolution }, { ...reasonedContextOf(options, out), confirm }),
  );
  out.result(result, () => describe(result, out));
  return ExitCode.DONE;
};

function describePlan(
  { changeId, state, last, digest }: AuditFixPlan,
  resolution: AuditFixOptions['resolution'],
): string {
  const found = last
    ? `its last entry is ${last.seq}, ${last.state} of ${last.createdAt}`
    : 'it has no entry';
  return [
    `Would record ${state} for "${oneLine(changeId)}": ${found}.`,
    `  To do exactly this: ${oneLine(fixCommand(changeId, resolution))} --confirm ${digest}`,
  ].join('\n');
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
  WAIT: 'leaves it alone for a while',
};
