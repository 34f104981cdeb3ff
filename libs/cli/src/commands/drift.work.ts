import type { DriftReport } from '@nestjs-flamingock/core';
import { ExitCode } from '../exit-code.js';
import type { Output } from '../output/output.js';
import { describeVerdicts } from '../output/verdict-table.js';
import type { Work } from './command-runner.js';

/** What `flamingock drift` does. */
export const work: Work<object> = async ({ flamingock, out }) => {
  const report = await flamingock.drift();
  out.result(report, () => describe(report, out));
  return report.drifted.length > 0 ? ExitCode.ATTENTION : ExitCode.DONE;
};

function describe({ asked, unasked, drifted }: DriftReport, out: Output): string {
  const { palette } = out;
  const others = unasked.length > 0 ? `, ${unasked.length} have no @Verify()` : '';
  const counts = `${asked} applied ${asked === 1 ? 'change' : 'changes'} asked${others}`;
  if (drifted.length === 0) return palette.green(`No drift found: ${counts}`);
  return [
    palette.bold(palette.red(`DRIFT FOUND (${drifted.length}): ${counts}`)),
    '',
    describeVerdicts(drifted, out),
  ].join('\n');
}
