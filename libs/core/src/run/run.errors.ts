import { approveCommand, circuitsCommand, cliCommand, issueCommand } from '../errors/commands.js';
import { FlamingockError } from '../errors/flamingock.error.js';
import type { PlannedChange } from '../plan/execution-plan.js';
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

/** Nothing failed in this run, and changes that failed before are not to be executed again yet. */
export class NotYetError extends RunStoppedError {
  readonly code: string = 'FLAMINGOCK_NOT_YET';
  readonly changeIds: readonly string[];
  /** When the first of them may be executed, on the audit store's clock: ISO 8601, UTC. */
  readonly notBefore: string;

  constructor(report: ExecutionReport) {
    const waiting = report.changes.filter(({ result }) => result === 'waiting');
    const notBefore = waiting.map(({ notBefore: moment = '' }) => moment).sort()[0] ?? '';
    super(
      `It is too early for ${someOf(waiting.map(({ changeId }) => changeId))}: not before ${notBefore}.\n` +
        `${waiting.map(({ changeId, reason }) => `  "${changeId}": ${reason}`).join('\n')}\n` +
        'All else that could be applied is. Fix the cause, and start again after that time: a start waits for it where it ' +
        'comes within backOff.waitMs (FLAMINGOCK_BACK_OFF_WAIT_MS). A change whose code is edited is tried at once; ' +
        `\`${circuitsCommand()}\` shows the target systems that are left alone.`,
      report,
    );
    this.changeIds = waiting.map(({ changeId }) => changeId);
    this.notBefore = notBefore;
  }
}

/** Pending changes need the approval of people, and do not have it. Nothing was run. */
export class UnapprovedChangesError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_UNAPPROVED_CHANGES';
  /** In the order in which they run. */
  readonly changeIds: readonly string[];

  constructor(
    readonly service: string,
    unapproved: readonly PlannedChange[],
    /** How long they were waited for. */
    readonly waitedMs = 0,
  ) {
    const lines = unapproved.map(
      ({ change, reason, approval }) =>
        `  "${change.id}": ${reason}: \`${approveCommand(change.id, approval?.digest ?? '')}\``,
    );
    const waited = waitedMs > 0 ? ` They were waited for, ${Math.round(waitedMs)} ms.` : '';
    super(
      `Pending changes of service "${service}" are not approved. Nothing was run.${waited}\n${lines.join('\n')}\n` +
        'Have other people than their authors look at them and approve them, then start again. In an emergency they run ' +
        'without, and are recorded so: FLAMINGOCK_EMERGENCY="why".',
    );
    this.changeIds = unapproved.map(({ change }) => change.id);
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

  /** Of a run that was still waiting for others. */
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

  /** Of a run that was still waiting for others. */
  whileWaiting(wait: string): RunTimeoutError {
    return new RunTimeoutError(this.service, this.timeoutMs, ` ${wait}`);
  }
}

/** A process of the role `wait` has waited for its changes for `lock.waitMs`, and another process has not applied them. */
export class AwaitTimeoutError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_AWAIT_TIMEOUT';

  constructor(
    readonly service: string,
    readonly waitedMs: number,
    /** Ids of the changes that were waited for. */
    readonly pending: readonly string[],
    /** Ids of those that need a manual check. */
    readonly issues: readonly string[],
    /** Why it waited, in words. */
    readonly why: string,
    /** What bounds the wait. */
    bound = 'lock.waitMs (FLAMINGOCK_LOCK_WAIT_MS)',
  ) {
    super(
      `Waited ${waitedMs} ms for another process to apply ${someOf(pending)} of service "${service}": ${why}. ` +
        `Nothing was run here. ${stepAfterWait(issues)} Then start this instance again; to have it wait longer, raise ` +
        `${bound}.`,
    );
    this.hide('why');
  }
}

/** Changes that a message names. */
const NAMED = 5;

/** The first of these changes by their ids, and how many more there are. */
export function someOf(changeIds: readonly string[]): string {
  const named = changeIds.slice(0, NAMED).map((id) => `"${id}"`);
  const more = changeIds.length - named.length;
  return more > 0 ? `${named.join(', ')} and ${more} more` : named.join(', ');
}

function stepAfterWait([issue]: readonly string[]): string {
  if (issue !== undefined)
    return `\`${issueCommand(issue)}\` says what to do; then apply the changes: \`${cliCommand('execute')}\`.`;
  return `Apply the changes, or see why that fails: \`${cliCommand('execute')}\`.`;
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
