import { AwaitTimeoutError, type FlamingockSettings } from '@nestjs-flamingock/core';
import { interruptibly } from '../application/interruption.js';
import type { ExitCode } from '../exit-code.js';
import { Progress } from '../output/progress.js';
import type { Invocation } from './command-runner.js';
import { endOf, showReport } from './run-report.js';

export interface WaitOptions {
  readonly timeout?: number;
}

/** What waits is watched as an application is. */
export const isProbed = true;

/** The role of this process, whatever that of the application is. */
export function settings({ timeout }: WaitOptions): FlamingockSettings {
  return { role: 'wait', ...(timeout !== undefined && { lock: { waitMs: timeout } }) };
}

/** What `flamingock wait` does. */
export async function work({ flamingock, events, out, options }: Invocation<WaitOptions>): Promise<ExitCode> {
  const progress = new Progress(events, out);
  try {
    const report = await interruptibly(
      flamingock,
      () => undefined,
      () => flamingock.execute(),
    );
    showReport(report, out);
    return endOf(report);
  } catch (error) {
    throw options.timeout === undefined ? error : boundByOption(error);
  } finally {
    progress.stop();
  }
}

/** The wait was as long as the command said. */
function boundByOption(error: unknown): unknown {
  if (!(error instanceof AwaitTimeoutError)) return error;
  const { service, waitedMs, pending, issues, why } = error;
  return new AwaitTimeoutError(service, waitedMs, pending, issues, why, '--timeout');
}
