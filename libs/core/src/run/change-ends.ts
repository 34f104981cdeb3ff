import type { AuditJournal } from '../audit/audit-journal.js';
import type { ChangeOutcome } from '../executor/change-executor.js';
import type { PlannedChange } from '../plan/execution-plan.js';
import { emptyTransactionStep } from '../recovery/guidance.js';
import type { EventPublisher } from '../reporting/event-publisher.js';
import { reportChange, type ChangeReport } from '../reporting/execution-report.js';
import type { RunEvent } from '../reporting/flamingock.events.js';
import { blockedReport, unsettledReport, waitingReport, type EndedTry } from './issue-report.js';
import type { IssueResolver } from './issue-resolver.js';

/** What telling of the ends of changes works with. */
export interface ChangeEndsOptions {
  readonly journal: AuditJournal;
  readonly resolver: IssueResolver;
  readonly events: EventPublisher;
  readonly about: RunEvent;
  readonly warn: (warning: string) => void;
}

/** Reports and tells what became of the changes of one run. */
export class ChangeEnds {
  /** What the first failed change threw, if one failed. */
  failure: { readonly changeId: string; readonly error: unknown } | undefined;

  constructor(private readonly options: ChangeEndsOptions) {}

  /** Tells how an execution ended. `tries`: metadata that its entries have of that. */
  async conclude(
    planned: PlannedChange,
    outcome: ChangeOutcome,
    tries: EndedTry['tries'],
  ): Promise<ChangeReport> {
    const { change, reason } = planned;
    const ended = { tries, at: this.options.journal.now() };
    if (outcome.status === 'failed') return this.fail(planned, outcome, ended);
    const { durationMs, wasEmpty } = outcome;
    if (wasEmpty) this.options.warn(`"${change.id}" was executed. ${emptyTransactionStep(change.target.id)}`);
    return this.announce(
      'change.completed',
      reportChange(change, { result: 'executed', reason, durationMs }),
    );
  }

  /** Tells of a change that needs a manual check, as it was planned or found. */
  block(planned: PlannedChange): ChangeReport {
    return this.openIssue(this.announce('change.blocked', blockedReport(planned)));
  }

  /** Tells of a change that has to wait. */
  wait(planned: PlannedChange): ChangeReport {
    return this.announce('change.waiting', waitingReport(planned));
  }

  /** Tells of a change that needs a manual check. */
  private openIssue(change: ChangeReport): ChangeReport {
    const { events, about } = this.options;
    events.publish('issue.opened', { ...about, change, actor: undefined, reason: undefined });
    return change;
  }

  /** Tells what the report says of a change. */
  announce(
    name: 'change.completed' | 'change.failed' | 'change.blocked' | 'change.waiting',
    change: ChangeReport,
  ): ChangeReport {
    const { events, about, journal } = this.options;
    const { seq, hash } = journal.head;
    events.publish(name, { ...about, change, ...(seq > 0 && { head: { seq, hash } }) });
    return change;
  }

  private async fail(
    planned: PlannedChange,
    outcome: ChangeOutcome & { status: 'failed' },
    ended: EndedTry,
  ): Promise<ChangeReport> {
    if (outcome.unsettled)
      return this.openIssue(this.announce('change.blocked', unsettledReport(planned, outcome)));
    this.failure ??= { changeId: planned.change.id, error: outcome.error };
    const { report, isIssue } = await this.options.resolver.failed(planned, outcome, ended);
    this.announce('change.failed', report);
    return isIssue ? this.openIssue(report) : report;
  }
}
