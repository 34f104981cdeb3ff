import { Injectable, Logger } from '@nestjs/common';
import { errorText } from '../errors/error-text.js';
import { FlamingockError } from '../errors/flamingock.error.js';
import { ChangeFailedError, ManualInterventionError } from '../run/run.errors.js';
import { describeHolder, describeLeaseEnd } from '../lock/lock.errors.js';
import { describeAwaited } from '../reporting/awaiting-text.js';
import { FlamingockEvents } from '../reporting/event-publisher.js';
import type { ChangeReport, ExecutionReport } from '../reporting/execution-report.js';
import type {
  ChangeProgressEvent,
  ChangeStartedEvent,
  FlamingockEventMap,
  StillRunningEvent,
} from '../reporting/flamingock.events.js';
import { describeHolderAtWork } from '../reporting/holder-activity.js';
import { describeProgress } from '../reporting/progress-format.js';
import { ProgressLog } from '../reporting/progress-log.js';
import { formatReport, reportFields } from '../reporting/report-format.js';
import { FieldLogger } from './field-logger.js';

/** Something that goes on for so long, in milliseconds, deserves a look. */
const LONG_MS = 300_000;

/** Tells what runs do through Nest's `Logger`. */
@Injectable()
export class LoggerReporter {
  private readonly logger = new FieldLogger();
  private readonly progress = new ProgressLog();
  private readonly told = new WeakSet<FlamingockError>();
  /** Ids of the changes that have begun and not ended: several where they share a commit. */
  private readonly open = new Set<string>();

  constructor(events: FlamingockEvents) {
    events.on('run.waiting', (event) => this.waiting(event));
    events.on('holder.progress', (event) => this.holderProgress(event));
    events.on('run.still-running', (event) => this.stillRunning(event));
    events.on('change.started', (event) => this.started(event));
    events.on('change.progress', (event) => this.changeProgress(event));
    events.on('change.completed', ({ change }) => this.completed(change));
    events.on('change.failed', ({ change }) => this.open.delete(change.changeId));
    events.on('change.waiting', ({ change }) => {
      const text = `"${change.changeId}" waits, ${change.reason}`;
      this.logger.tell('warn', 'change.waiting', text, change);
    });
    events.on('circuit.opened', (event) => {
      this.logger.tell('warn', 'circuit.opened', describeOpened(event), event);
    });
    events.on('circuit.closed', (event) => {
      const text = `The circuit of target system "${event.targetSystem}" is closed: its changes run again.`;
      this.logger.tell('log', 'circuit.closed', text, event);
    });
    events.on('alert.resent', (event) => {
      const text = `${event.messages} of alert ${event.alertId} will be tried anew.`;
      this.logger.tell('log', 'alert.resent', text, event);
    });
    events.on('change.retried', (event) => this.logger.tell('warn', 'change.retried', retried(event), event));
    events.on('run.store-away', (event) =>
      this.logger.tell(
        'warn',
        'run.store-away',
        `The audit store does not answer; the wait goes on: ${event.error}`,
        event,
      ),
    );
    events.on('run.store-back', (event) =>
      this.logger.tell('log', 'run.store-back', 'The audit store answers again.', event),
    );
    events.on('change.left-behind', (event) =>
      this.logger.tell('error', 'change.left-behind', leftBehind(event), event),
    );
    events.on('operation.untidy', (event) =>
      this.logger.tell('warn', 'operation.untidy', `Flamingock: ${event.warning}`, event),
    );
    events.on('run.awaiting', (event) => {
      const level = event.issues.length > 0 ? 'warn' : 'log';
      this.logger.tell(level, 'run.awaiting', describeAwaited(event), event);
    });
    events.on('run.completed', ({ report }) => this.report('run.completed', report));
    events.on('run.failed', ({ report, error }) => {
      this.report('run.failed', report);
      if (error instanceof FlamingockError) this.told.add(error);
      // Those two say what the report has said already.
      if (!(error instanceof ChangeFailedError || error instanceof ManualInterventionError))
        this.logger.tell(
          'error',
          'run.failed',
          error instanceof FlamingockError ? error.message : errorText(error),
          codeOf(error),
        );
    });
  }

  /**
   * Tells what keeps the application from starting, unless a run has told it. What is logged in
   * full is not printed in full once more by Node, when the application does not catch the error.
   */
  startFailed(error: unknown): void {
    if (!(error instanceof FlamingockError)) return;
    if (!this.told.has(error)) this.logger.tell('error', 'start.failed', error.message, codeOf(error));
    this.told.add(error);
    // As Nest does when it gives up: the logger that the buffered lines wait for will not be set any more.
    Logger.flush();
    if (isLogged()) error.stack = `${error.name}: ${headline(error.message)} The log has it in full.`;
  }

  private waiting(event: FlamingockEventMap['run.waiting']): void {
    const { service, holder } = event;
    const text =
      `The lock of service "${service}" is held by ${describeHolder(holder)}: waiting for it to finish. ` +
      `If it is gone, ${describeLeaseEnd(holder)}.`;
    this.logger.tell('log', 'run.waiting', text, event);
  }

  private holderProgress(event: FlamingockEventMap['holder.progress']): void {
    const { holder, activity } = event;
    if (!this.progress.isDue(`${holder.token} ${activity.changeId}`, activity.runningMs)) return;
    const text = `Waiting: ${describeHolderAtWork(holder, activity)}`;
    this.logger.tell('log', 'holder.progress', text, event);
  }

  private stillRunning(event: StillRunningEvent): void {
    // Its progress says as much, and more.
    if (this.progress.takeTold()) return;
    const { changeId, runningMs, waitsFor } = event;
    const what = changeId === undefined ? 'Flamingock is still running' : `"${changeId}" is still running`;
    const text = `${what} after ${Math.round(runningMs / 1000)} s: waiting for ${waitsFor}.`;
    const level = runningMs < LONG_MS ? 'log' : 'warn';
    this.logger.tell(level, 'run.still-running', text, event);
  }

  private started(event: ChangeStartedEvent): void {
    const { changeId, stage } = event;
    const together = this.open.size > 0 ? ', to be committed with those before it' : '';
    this.open.add(changeId);
    const text = `Applying "${changeId}" (stage "${stage}")${together}`;
    this.logger.tell('log', 'change.started', text, event);
  }

  private changeProgress(event: ChangeProgressEvent): void {
    const { changeId, runningMs } = event;
    if (!this.progress.isDue(changeId, runningMs)) return;
    const text = `Applying "${changeId}": ${describeProgress(event, runningMs)}`;
    this.logger.tell('log', 'change.progress', text, event);
  }

  private completed(change: ChangeReport): void {
    const { changeId, result, durationMs, reason } = change;
    this.open.delete(changeId);
    const text =
      result === 'reconciled'
        ? `Reconciled "${changeId}": ${reason}`
        : `Applied "${changeId}" in ${durationMs} ms`;
    this.logger.tell('log', 'change.completed', text, change);
  }

  private report(event: 'run.completed' | 'run.failed', report: ExecutionReport): void {
    this.open.clear();
    const { service, executionId } = report;
    for (const warning of report.warnings)
      this.logger.tell('warn', 'run.warning', `Flamingock: ${warning}`, { service, executionId });
    const level = event === 'run.failed' || report.status === 'incomplete' ? 'error' : 'log';
    this.logger.tell(level, event, formatReport(report), reportFields(report));
  }
}

function retried({ changeId, attempt, error, pauseMs }: FlamingockEventMap['change.retried']): string {
  return `Attempt ${attempt} of "${changeId}" failed, nothing of it is left, and the next begins in ${pauseMs} ms: ${error}`;
}

function leftBehind({ changeId, what }: FlamingockEventMap['change.left-behind']): string {
  return (
    `Change "${changeId}" has ended, and left something behind that came after it. It was refused, and the change ` +
    `may not be complete: ${what}. Await every promise inside the change: with Promise.all(rows.map(async …)), not ` +
    'with rows.forEach(async …). What shall go on after the change is begun in ChangeContext.detached(() => …).'
  );
}

function describeOpened(event: FlamingockEventMap['circuit.opened']): string {
  const { targetSystem, failures, until, error } = event;
  return (
    `Target system "${targetSystem}" has failed ${failures} times in a row, and is left alone until ${until}: ` +
    error.split('\n', 1).join('')
  );
}

function codeOf(error: unknown): { code?: string } {
  return error instanceof FlamingockError ? { code: error.code } : {};
}

/** False with `logger: false`, which on Nest 11 only the missing logger shows. */
function isLogged(): boolean {
  return Reflect.get(Logger, 'staticInstanceRef') !== undefined && Logger.isLevelEnabled('error');
}

/** The first sentence, or line. */
function headline(message: string): string {
  return message.split(/(?<=\.) |\n/, 1)[0] ?? '';
}
