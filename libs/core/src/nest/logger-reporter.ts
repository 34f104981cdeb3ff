import { Injectable, Logger } from '@nestjs/common';
import { errorText } from '../errors/error-text.js';
import { FlamingockError } from '../errors/flamingock.error.js';
import { ChangeFailedError, ManualInterventionError } from '../run/run.errors.js';
import { describeHolder, describeLeaseEnd } from '../lock/lock.errors.js';
import { describeAwaited } from '../reporting/awaiting-text.js';
import { FlamingockEvents } from '../reporting/event-publisher.js';
import type { ChangeReport, ExecutionReport } from '../reporting/execution-report.js';
import { formatReport } from '../reporting/report-format.js';

/** Tells what runs do through Nest's `Logger`. */
@Injectable()
export class LoggerReporter {
  private readonly logger = new Logger('Flamingock');
  private readonly told = new WeakSet<FlamingockError>();

  constructor(events: FlamingockEvents) {
    events.on('run.waiting', ({ service, holder }) =>
      this.logger.log(
        `The lock of service "${service}" is held by ${describeHolder(holder)}: waiting for it to finish. ` +
          `If it is gone, ${describeLeaseEnd(holder)}.`,
      ),
    );
    events.on('run.awaiting', (event) => {
      if (event.issues.length > 0) this.logger.warn(describeAwaited(event));
      else this.logger.log(describeAwaited(event));
    });
    events.on('run.still-running', ({ changeId, runningMs, waitsFor }) => {
      const what = changeId === undefined ? 'Flamingock is still running' : `"${changeId}" is still running`;
      this.logger.log(`${what} after ${Math.round(runningMs / 1000)} s: waiting for ${waitsFor}.`);
    });
    events.on('change.started', ({ changeId, stage }) =>
      this.logger.log(`Applying "${changeId}" (stage "${stage}")`),
    );
    events.on('change.completed', ({ change }) => this.logger.log(completed(change)));
    events.on('change.left-behind', ({ changeId, what }) => this.logger.error(leftBehind(changeId, what)));
    events.on('run.completed', ({ report }) => this.report(report));
    events.on('run.failed', ({ report, error }) => {
      this.report(report, true);
      if (error instanceof FlamingockError) this.told.add(error);
      // Those two say what the report has said already.
      if (!(error instanceof ChangeFailedError || error instanceof ManualInterventionError))
        this.logger.error(error instanceof FlamingockError ? error.message : errorText(error));
    });
  }

  /**
   * Tells what keeps the application from starting, unless a run has told it. What is logged in
   * full is not printed in full once more by Node, when the application does not catch the error.
   */
  startFailed(error: unknown): void {
    if (!(error instanceof FlamingockError)) return;
    if (!this.told.has(error)) this.logger.error(error.message);
    this.told.add(error);
    // As Nest does when it gives up: the logger that the buffered lines wait for will not be set any more.
    Logger.flush();
    if (isLogged()) error.stack = `${error.name}: ${headline(error.message)} The log has it in full.`;
  }

  private report(report: ExecutionReport, failed = false): void {
    for (const warning of report.warnings) this.logger.warn(`Flamingock: ${warning}`);
    const text = formatReport(report);
    if (failed || report.status === 'incomplete') this.logger.error(text);
    else this.logger.log(text);
  }
}

function leftBehind(changeId: string, what: string): string {
  return (
    `Change "${changeId}" has ended, and left something behind that came after it. It was refused, and the change ` +
    `may not be complete: ${what}. Await every promise inside the change: with Promise.all(rows.map(async …)), not ` +
    'with rows.forEach(async …). What shall go on after the change is begun in ChangeContext.detached(() => …).'
  );
}

/** False with `logger: false`, which on Nest 11 only the missing logger shows. */
function isLogged(): boolean {
  return Reflect.get(Logger, 'staticInstanceRef') !== undefined && Logger.isLevelEnabled('error');
}

/** The first sentence, or line. */
function headline(message: string): string {
  return message.split(/(?<=\.) |\n/, 1)[0] ?? '';
}

function completed({ changeId, result, durationMs, reason }: ChangeReport): string {
  return result === 'reconciled'
    ? `Reconciled "${changeId}": ${reason}`
    : `Applied "${changeId}" in ${durationMs} ms`;
}
