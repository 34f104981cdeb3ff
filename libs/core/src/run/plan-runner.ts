import type { RunResources } from '../executor/change-caller.js';
import { txStrategyOf, type ChangeOutcome } from '../executor/change-executor.js';
import { executionOf } from '../executor/change-call.js';
import { Executors } from '../executor/executors.js';
import { MOST_CHANGES } from '../executor/group-executor.js';
import { groupAt } from './commit-group.js';
import { Reconciler } from '../executor/reconciler.js';
import type { ChangeDescriptor } from '../change/change-descriptor.js';
import type { AuditStore } from '../audit/audit-store.js';
import type { EventPublisher } from '../reporting/event-publisher.js';
import type { RunEvent } from '../reporting/flamingock.events.js';
import { errorText } from '../errors/error-text.js';
import { retryWhilePassing, type FailedAttempt } from './change-retry.js';
import { emptyTransactionStep } from '../recovery/guidance.js';
import { reportChange, type ChangeReport } from '../reporting/execution-report.js';
import {
  blockedReport,
  failedReport,
  interruptedReport,
  leftOut,
  nextAfter,
  unsettledReport,
} from './issue-report.js';
import {
  changesToRun,
  type ExecutionPlan,
  type PlannedChange,
  type PlannedStage,
} from '../plan/execution-plan.js';
import type { EngineSettings } from './engine-settings.js';
import type { PlanResult, Step, ToExecute } from './plan-result.js';

/** Runs a plan under the lock: stages in turn, changes in order, up to the first issue. */
export class PlanRunner {
  private readonly executors: Executors;
  private readonly reconciler: Reconciler;
  private readonly changes: ChangeReport[] = [];
  private readonly warnings: string[] = [];
  private readonly about: RunEvent;
  private readonly started = new Set<string>();
  /** How many of the changes that have work in them have begun, or needed nothing after all. */
  private position = 0;
  private of = 0;
  private failure: PlanResult['failure'];

  constructor(
    private readonly resources: RunResources,
    private readonly store: AuditStore,
    private readonly events: EventPublisher,
    private readonly settings: Pick<EngineSettings, 'onIssue' | 'commit' | 'retry'>,
  ) {
    this.executors = new Executors(resources, store);
    this.reconciler = new Reconciler(resources);
    const { service, executionId } = resources.journal;
    this.about = { service, executionId };
  }

  /** What has been done up to now; complete once {@link run} has resolved. */
  get result(): PlanResult {
    const { changes, warnings } = this;
    return { changes, warnings, ...(this.failure && { failure: this.failure }) };
  }

  /** Resolves with failed and blocked changes in the result; rejects only where the run cannot go on. */
  async run({ stages }: ExecutionPlan): Promise<PlanResult> {
    const changes = changesToRun({ stages });
    this.of = changes.length;
    await this.executors.assertNothingLost(changes);
    let stopper: ChangeReport | undefined;
    for (const stage of stages) {
      if (stopper && this.settings.onIssue === 'fail') this.changes.push(...leftOut(stage.changes, stopper));
      else stopper = (await this.runStage(stage)) ?? stopper;
    }
    return this.result;
  }

  /** Forgets what only a crash in this run would have needed. */
  close(): Promise<void> {
    return this.executors.clearMarkers();
  }

  private async runStage({ name, changes }: PlannedStage): Promise<ChangeReport | undefined> {
    const stage = { ...this.about, stage: name };
    this.events.publish('stage.started', stage);
    let done = 0;
    let apart = 0;
    while (done < changes.length) {
      const rest = changes.slice(done, done + (apart > 0 ? 1 : MOST_CHANGES));
      const step = await this.runNext(rest, changes[done + 1]).catch((error: unknown) => {
        this.events.publish('stage.failed', stage);
        throw error;
      });
      this.changes.push(...step.reports);
      done += step.reports.length;
      apart = Math.max(apart - 1, step.apart);
      const stopper = step.reports.find(({ result }) => result === 'failed' || result === 'blocked');
      if (!stopper) continue;
      this.changes.push(...leftOut(changes.slice(done), stopper));
      this.events.publish(`stage.${stopper.result}` as 'stage.failed' | 'stage.blocked', stage);
      return stopper;
    }
    this.events.publish('stage.completed', stage);
    return undefined;
  }

  /** Runs the first of `rest`, or as many as share its commit. */
  private async runNext(rest: readonly PlannedChange[], next: PlannedChange | undefined): Promise<Step> {
    const [first] = rest;
    if (!first) return { reports: [], apart: 0 };
    const group = this.settings.commit === 'auto' ? groupAt(rest, this.store) : [];
    if (group.length > 1) return this.executeGroup(group);
    return { reports: [await this.runChange(first, next)], apart: 0 };
  }

  private async executeGroup(planned: readonly PlannedChange[]): Promise<Step> {
    this.resources.signal.throwIfAborted();
    const changes = planned.map(({ change }) => change) as [ChangeDescriptor, ...ChangeDescriptor[]];
    const { ended, apart } = await this.interruptible(() =>
      this.executors.executeGroup(changes, (change) => this.begin(change)),
    );
    const reports: ChangeReport[] = [];
    for (const one of planned) {
      const outcome = ended.get(one.change);
      if (outcome) reports.push(await this.retried(one, outcome));
    }
    return { reports, apart };
  }

  private async runChange(planned: PlannedChange, next: PlannedChange | undefined): Promise<ChangeReport> {
    if (planned.isAsked) return this.reconcile(planned);
    switch (planned.action) {
      case 'SKIP':
        return reportChange(planned.change, { result: 'skipped', reason: planned.reason });
      case 'MANUAL_INTERVENTION':
        return this.openIssue(this.announce('change.blocked', blockedReport(planned)));
      case 'RECONCILE':
        return this.reconcile(planned);
      case 'EXECUTE':
        return this.execute(planned, next?.action === 'EXECUTE' ? next.change : undefined);
    }
  }

  private async reconcile(planned: PlannedChange): Promise<ChangeReport> {
    const { change, entry } = planned;
    this.resources.signal.throwIfAborted();
    if (!planned.isAsked) await this.executors.prepareMarkers(change);
    if (!entry) return this.execute(planned);
    const settled = await this.reconciler.reconcile(change, entry);
    const { action, reason } = settled;
    if (action === 'MANUAL_INTERVENTION') {
      const report = blockedReport({ ...planned, ...settled });
      return this.openIssue(this.announce('change.blocked', report));
    }
    if (action !== 'SKIP') return this.execute({ ...planned, ...settled });
    this.position += 1;
    return this.announce('change.completed', reportChange(change, { result: 'reconciled', reason }));
  }

  private async execute(planned: ToExecute, next?: ChangeDescriptor): Promise<ChangeReport> {
    const { change } = planned;
    this.resources.signal.throwIfAborted();
    this.begin(change);
    const outcome = await this.interruptible(() => this.executors.execute(change, planned.call, next));
    return this.retried(planned, outcome, next);
  }

  /** Concludes a change with its last attempt. */
  private async retried(
    planned: PlannedChange,
    first: ChangeOutcome,
    next?: ChangeDescriptor,
  ): Promise<ChangeReport> {
    const { change } = planned;
    const { runtime, signal } = this.resources;
    let failure = '';
    const tell = ({ error, ...facts }: FailedAttempt): void => {
      failure = errorText(error);
      this.events.publish('change.retried', { ...this.about, changeId: change.id, error: failure, ...facts });
    };
    const again = (attempt: number): Promise<ChangeOutcome> => {
      this.warnings.push(
        `attempt ${attempt - 1} of "${change.id}" failed, and it was tried again: ${failure}`,
      );
      return this.interruptible(() => this.executors.execute(change, executionOf(change, attempt), next));
    };
    const retrying = { runtime, signal, settings: this.settings.retry, tell };
    return this.conclude(planned, await retryWhilePassing(change, first, retrying, again));
  }

  /** Tells that a change begins, once: one that is run again, apart from its group, has begun before. */
  private begin({ id, stage }: ChangeDescriptor): void {
    if (this.started.has(id)) return;
    this.started.add(id);
    this.position += 1;
    this.resources.activity.begin({ stage, changeId: id, position: this.position, of: this.of });
  }

  /** Reports the changes in whose midst the run comes to its end. */
  private async interruptible<T>(execute: () => Promise<T>): Promise<T> {
    try {
      return await execute();
    } catch (error) {
      for (const change of this.executors.begun)
        this.changes.push(this.announce('change.failed', interruptedReport(change, error)));
      throw error;
    }
  }

  private conclude(planned: PlannedChange, outcome: ChangeOutcome): ChangeReport {
    const { change, reason } = planned;
    if (outcome.status === 'failed') return this.fail(planned, outcome);
    const { durationMs, wasEmpty } = outcome;
    if (wasEmpty)
      this.warnings.push(`"${change.id}" was executed. ${emptyTransactionStep(change.target.id)}`);
    return this.announce(
      'change.completed',
      reportChange(change, { result: 'executed', reason, durationMs }),
    );
  }

  private fail(planned: PlannedChange, outcome: ChangeOutcome & { status: 'failed' }): ChangeReport {
    const { change } = planned;
    if (outcome.unsettled)
      return this.openIssue(this.announce('change.blocked', unsettledReport(planned, outcome)));
    this.failure ??= { changeId: change.id, error: outcome.error };
    const txStrategy = txStrategyOf(change, this.store);
    const report = this.announce('change.failed', failedReport(planned, outcome, txStrategy));
    const next = nextAfter(change, outcome, 'EXECUTE', txStrategy);
    return next.action === 'MANUAL_INTERVENTION' ? this.openIssue(report) : report;
  }

  private openIssue(change: ChangeReport): ChangeReport {
    this.events.publish('issue.opened', { ...this.about, change, actor: undefined, reason: undefined });
    return change;
  }

  private announce(
    name: 'change.completed' | 'change.failed' | 'change.blocked',
    change: ChangeReport,
  ): ChangeReport {
    const { seq, hash } = this.resources.journal.head;
    this.events.publish(name, { ...this.about, change, ...(seq > 0 && { head: { seq, hash } }) });
    return change;
  }
}
