import { FlamingockError } from '../errors/flamingock.error.js';
import { issuesOf, type ChangeReport, type ExecutionReport } from '../reporting/execution-report.js';

/** Base of the errors that end a run after it began; carries what the run did. */
abstract class RunStoppedError extends FlamingockError {
  constructor(
    message: string,
    readonly report: ExecutionReport,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.hide('report');
  }
}

/** A change failed. The message says which state it was left in and what to do. */
export class ChangeFailedError extends RunStoppedError {
  readonly code: string = 'FLAMINGOCK_CHANGE_FAILED';

  constructor(
    readonly changeId: string,
    report: ExecutionReport,
    cause: unknown,
  ) {
    super(describeIssues(report), report, { cause });
  }
}

/** The recorded state of one or more changes needs a manual check before anything may go on. */
export class ManualInterventionError extends RunStoppedError {
  readonly code: string = 'FLAMINGOCK_MANUAL_INTERVENTION';
  readonly changeIds: readonly string[];

  constructor(report: ExecutionReport) {
    super(describeIssues(report), report);
    this.changeIds = issuesOf(report).map(({ changeId }) => changeId);
  }
}

/** A change that was never executed is ordered before one that is applied, and `outOfOrder` is `fail`. */
export class OutOfOrderError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_OUT_OF_ORDER';

  constructor(
    readonly service: string,
    readonly changeIds: readonly string[],
  ) {
    super(
      `Pending changes come before ones that are applied already: ${changeIds.join(', ')}. Nothing was run. ` +
        'Give them an order after the last applied change of their stage, or set outOfOrder ' +
        "(FLAMINGOCK_OUT_OF_ORDER) to 'warn' or 'allow' to apply them now.",
    );
  }
}

/** The run or operation was told to stop: by a signal, by the application closing, or by its caller. */
export class RunAbortedError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_RUN_ABORTED';

  constructor(
    readonly service: string,
    readonly why: string,
    progress = '',
  ) {
    super(`The run of service "${service}" was stopped: ${why}.${progress} Start again to go on.`);
  }

  /** Of a run that was still waiting for the lock. */
  whileWaiting(wait: string): RunAbortedError {
    return new RunAbortedError(this.service, this.why, ` ${wait}`);
  }
}

/** The whole run took longer than `timeouts.runMs`. */
export class RunTimeoutError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_RUN_TIMEOUT';

  constructor(
    readonly service: string,
    readonly timeoutMs: number,
    progress = '',
  ) {
    super(
      `The run of service "${service}" did not end within ${timeoutMs} ms.${progress} Start again to go on, and raise ` +
        'timeouts.runMs (FLAMINGOCK_RUN_TIMEOUT_MS) if it needs more.',
    );
  }

  /** Of a run that was still waiting for the lock. */
  whileWaiting(wait: string): RunTimeoutError {
    return new RunTimeoutError(this.service, this.timeoutMs, ` ${wait}`);
  }
}

/** One paragraph per change that needs an operator: state, cause, steps. */
export function describeIssues(report: ExecutionReport): string {
  return issuesOf(report).map(describeIssue).join('\n');
}

function describeIssue(change: ChangeReport): string {
  const headline = `Change "${change.changeId}" (stage "${change.stage}", target system "${change.targetSystem}")`;
  const what = change.result === 'failed' ? 'failed' : `needs a manual check: ${change.reason}`;
  const lines = [
    `${headline} ${what}.`,
    ...(change.error === undefined ? [] : [`  Cause: ${change.error}`]),
    ...(change.rollbackError === undefined ? [] : [`  Rollback failed: ${change.rollbackError}`]),
    `  Recorded state: ${change.state ?? 'none'}${change.recorded === undefined ? '' : ` (${change.recorded})`}`,
    ...(change.nextSteps ?? []).map((step, index) => `  ${index + 1}. ${step}`),
  ];
  return lines.join('\n');
}
