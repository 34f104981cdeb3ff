import type { RedoReport } from '@nestjs-flamingock/core';
import { interruptibly } from '../application/interruption.js';
import { ExitCode } from '../exit-code.js';
import type { Output } from '../output/output.js';
import { manyLines, oneLine } from '../output/safe-text.js';
import type { Invocation } from './command-runner.js';
import { noteHolder } from './lock-note.js';
import { contextOf, type OperatorOptions } from './operator.js';

export interface RedoOptions extends OperatorOptions {
  readonly change: string;
  readonly keepLater?: boolean;
}

/** What `flamingock redo` does. */
export async function work({ flamingock, options, out }: Invocation<RedoOptions>): Promise<ExitCode> {
  const { change: changeId, keepLater = false } = options;
  // What is refused is refused at once, whoever has the lock.
  if (flamingock.options.development.isOn) await noteHolder(flamingock, out);
  const report = await interruptibly(
    flamingock,
    (text) => out.note(text),
    () => flamingock.redo({ changeId, keepLater }, contextOf(options, out)),
  );
  out.result(report, () => describe(report, out));
  return report.status === 'redone' ? ExitCode.DONE : ExitCode.FAILED;
}

function describe(report: RedoReport, { palette }: Output): string {
  const { changeId, status, change, undone, warnings } = report;
  const { green, red, yellow } = palette;
  const mark = status === 'redone' ? green('✔') : red('✖');
  const steps = change?.nextSteps ?? undone?.nextSteps ?? [];
  return [
    ...warnings.map((warning) => yellow(oneLine(`! ${warning}`))),
    `${mark} ${oneLine(`"${changeId}" ${BEFORE[report.before]}${executed(report)}`)}`,
    ...(status === 'redone' ? [] : steps.map((step, at) => manyLines(`  ${at + 1}. ${step}`))),
  ].join('\n');
}

const BEFORE: Readonly<Record<RedoReport['before'], string>> = {
  undone: 'was undone by its rollback method',
  forgotten: 'was forgotten',
  nothing: 'was not applied',
  'undo-failed': 'could not be undone, and was not executed again',
};

function executed({ change, undone }: RedoReport): string {
  if (!change) return undone?.error === undefined ? '.' : `: ${undone.error}`;
  if (change.result === 'executed') return `, and executed in ${change.durationMs} ms.`;
  return `, and its execution failed: ${change.error ?? change.reason}`;
}
