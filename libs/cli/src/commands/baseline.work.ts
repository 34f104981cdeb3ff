import type { BaselineResult } from '@nestjs-flamingock/core';
import { interruptibly } from '../application/interruption.js';
import { ExitCode } from '../exit-code.js';
import type { Output } from '../output/output.js';
import { oneLine } from '../output/safe-text.js';
import type { Invocation } from './command-runner.js';
import { noteHolder } from './lock-note.js';
import { contextOf, type OperatorOptions } from './operator.js';

export interface BaselineOptions extends OperatorOptions {
  readonly to: string;
  readonly dryRun?: boolean;
}

/** What `flamingock baseline` does. */
export async function work({ flamingock, options, out }: Invocation<BaselineOptions>): Promise<ExitCode> {
  const { to, dryRun = false } = options;
  if (dryRun) {
    const preview = await flamingock.adoption.previewBaseline({ to });
    out.result(preview, () => describe(preview, 'Would mark', out));
    return ExitCode.DONE;
  }
  await noteHolder(flamingock, out);
  const result = await interruptibly(
    flamingock,
    (text) => out.note(text),
    () => flamingock.adoption.baseline({ to }, contextOf(options, out)),
  );
  out.result(result, () => describe(result, 'Marked', out));
  return ExitCode.DONE;
}

function describe({ to, changeIds }: BaselineResult, verb: string, { palette }: Output): string {
  if (changeIds.length === 0)
    return `${palette.green('✔')} Nothing is left to mark: every change up to "${oneLine(to)}" is applied.`;
  const count = changeIds.length === 1 ? '1 change' : `${changeIds.length} changes`;
  return [
    `${palette.green('✔')} ${verb} ${count} as applied:`,
    ...changeIds.map((id) => `  ${oneLine(id)}`),
  ].join('\n');
}
