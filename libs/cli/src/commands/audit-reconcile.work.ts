import type { AuditReconciliation, ChainFault, LostWrites, Resolution } from '@nestjs-flamingock/core';
import { cliCommand } from '@nestjs-flamingock/core/adapter';
import { interruptibly } from '../application/interruption.js';
import { ExitCode } from '../exit-code.js';
import type { Output } from '../output/output.js';
import { oneLine } from '../output/safe-text.js';
import { noteHolder } from './lock-note.js';
import { contextOf, type OperatorOptions } from './operator.js';
import type { Work } from './command-runner.js';

export interface AuditReconcileOptions extends OperatorOptions {
  readonly executed?: readonly string[];
  readonly rolledBack?: readonly string[];
  readonly others?: Resolution;
}

/** What `flamingock audit reconcile` does. */
export const work: Work<AuditReconcileOptions> = async ({ flamingock, options, out }) => {
  await noteHolder(flamingock, out);
  const result = await interruptibly(
    flamingock,
    (text) => out.note(text),
    () => flamingock.audit.reconcile(options, contextOf(options, out)),
  );
  out.result(result, () => describe(result, out));
  return result.inQuestion.length > result.recorded.length ? ExitCode.ATTENTION : ExitCode.DONE;
};

function describe(result: AuditReconciliation, { palette }: Output): string {
  const { lostWrites, broken, inQuestion, recorded } = result;
  if (recorded.length > 0) {
    const lines = recorded.map(({ changeId, state }) => `  ${oneLine(changeId)}: ${state}`);
    return [`${palette.green('✔')} Recorded:`, ...lines].join('\n');
  }
  if (lostWrites.length === 0 && inQuestion.length === 0) {
    return `${palette.green('✔')} History and target systems agree, and every entry is unchanged.`;
  }
  return [
    `${palette.red('✖')} History alone does not tell any more what the target systems have.`,
    ...lostWrites.map((lost) => `  ${oneLine(lostLine(lost))}`),
    ...broken.map((fault) => `  ${oneLine(brokenLine(fault))}`),
    'Look into the target systems for each of these changes:',
    ...inQuestion.map(({ changeId, targetSystem, state = 'not recorded', reason }) =>
      oneLine(`  "${changeId}" in "${targetSystem}" (${state}): ${reason}`),
    ),
    'Then record all findings at once, those that differ by --executed <id...> or --rolled-back <id...>:',
    `  ${cliCommand('audit reconcile --others EXECUTED')}     # all of it is there`,
    `  ${cliCommand('audit reconcile --others ROLLED_BACK')}  # nothing of it is`,
  ].join('\n');
}

function lostLine({ targetSystem, lostBy, recorded, found }: LostWrites): string {
  const who = lostBy === 'audit-store' ? 'the audit store' : `target system "${targetSystem}"`;
  return `${who} has lost writes: history knows claim ${recorded} of "${targetSystem}", the target claim ${found}`;
}

function brokenLine({ seq, changeId, fault }: ChainFault): string {
  return `entry ${seq} of "${changeId ?? ''}" ${fault}`;
}
