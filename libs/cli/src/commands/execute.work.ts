import { formatReport, type ExecutionReport } from '@nestjs-flamingock/core';
import { interruptibly } from '../application/interruption.js';
import { ExitCode } from '../exit-code.js';
import type { Output } from '../output/output.js';
import { Progress } from '../output/progress.js';
import { manyLines } from '../output/safe-text.js';
import type { Invocation } from './command-runner.js';

/** What `flamingock execute` does. */
export async function work({ flamingock, events, out }: Invocation<object>): Promise<ExitCode> {
  let stopped: ExecutionReport | undefined;
  events.on('run.failed', ({ report }) => (stopped = report));
  const progress = new Progress(events, out);
  try {
    const report = await interruptibly(
      flamingock,
      (text) => out.note(text),
      () => flamingock.execute(),
    );
    progress.stop();
    show(report, out);
    return report.status === 'incomplete' ? ExitCode.ATTENTION : ExitCode.DONE;
  } catch (error) {
    progress.stop();
    if (!stopped) throw error;
    showStopped(stopped, error as Error, out);
    return ExitCode.FAILED;
  }
}

function show(report: ExecutionReport, out: Output): void {
  for (const warning of report.warnings) out.note(`! ${warning}`);
  out.result(report, () => summary(report, out.palette.green));
}

function showStopped(report: ExecutionReport, { name, message }: Error, out: Output): void {
  out.result({ ...report, error: { name, message } }, () => summary(report, out.palette.red));
  const isTold = report.changes.some(({ result }) => result === 'failed' || result === 'blocked');
  if (out.json || !isTold) out.failure({ name, message });
}

/** What progress has not shown yet: how it ended, and what to do about it. */
function summary(report: ExecutionReport, colour: (text: string) => string): string {
  const untold = report.changes.filter(({ result }) => result !== 'executed' && result !== 'skipped');
  const headline = formatReport(report).split('\n', 1).join('');
  const rest = formatReport({ ...report, changes: untold })
    .split('\n')
    .slice(1);
  return [colour(manyLines(headline)), ...rest.map(manyLines)].join('\n');
}
