import type { ExecutionReport } from '@nestjs-flamingock/core';
import { interruptibly } from '../application/interruption.js';
import type { ExitCode } from '../exit-code.js';
import { exitCodeOf } from '../failure.js';
import type { Output } from '../output/output.js';
import { Progress } from '../output/progress.js';
import type { Invocation } from './command-runner.js';
import { endOf, showReport, summary } from './run-report.js';

/** A job is watched as an application is. */
export const isProbed = true;

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
    showReport(report, out);
    return endOf(report);
  } catch (error) {
    progress.stop();
    if (!stopped) throw error;
    showStopped(stopped, error as Error, out);
    return exitCodeOf(error);
  }
}

function showStopped(report: ExecutionReport, { name, message }: Error, out: Output): void {
  out.result({ ...report, error: { name, message } }, () => summary(report, out.palette.red));
  const isTold = report.changes.some(({ result }) => result === 'failed' || result === 'blocked');
  if (out.json || !isTold) out.failure({ name, message });
}
