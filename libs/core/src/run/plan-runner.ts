import type { RunResources } from '../executor/change-caller.js';
import type { ChangeOutcome } from '../executor/change-executor.js';
import { executionOf } from '../executor/change-call.js';
import { txStrategyOf } from '../executor/change-executor.js';
import { Executors } from '../executor/executors.js';
import { MOST_CHANGES } from '../executor/group-executor.js';
import { groupAt } from './commit-group.js';
import type { ChangeDescriptor } from '../change/change-descriptor.js';
import type { AuditRecord } from '../audit/audit-entry.js';
import { repeating } from '../audit/change-origin.js';
import type { AuditStore } from '../audit/audit-store.js';
import type { EventPublisher } from '../reporting/event-publisher.js';
import type { RunEvent } from '../reporting/flamingock.events.js';
import { nextTry } from '../recovery/back-off.js';
import { heldBack, NO_HOLD } from '../recovery/hold-back.js';
import { approvalMetadata } from '../decisions/approval.js';
import { ChangeAttempts } from './change-attempts.js';
import { ChangeEnds } from './change-ends.js';
import { Circuits, type KeptCircuits } from './circuits.js';
import { stopperIn, withFormer, type PlanResult, type Step, type ToExecute } from './plan-result.js';
import { reportChange, type ChangeReport } from '../reporting/execution-report.js';
import { interruptedReport, leftOut } from './issue-report.js';
import { IssueResolver } from './issue-resolver.js';
import {
  changesToRun,
  type ExecutionPlan,
  type PlannedChange,
  type PlannedStage,
} from '../plan/execution-plan.js';
import type { EngineSettings } from './engine-settings.js';

/** Runs a plan under the lock: stages in turn, changes in order, up to the first issue. */
export class PlanRunner {
  private readonly executors: Executors;
  private readonly resolver: IssueResolver;
  private readonly circuits: Circuits;
  private readonly ends: ChangeEnds;
  private readonly attempts: ChangeAttempts;
  /** What a run of the plan before came to, of changes that had to wait. */
  private before: readonly ChangeReport[] = [];
  private readonly changes: ChangeReport[] = [];
  private readonly warnings: string[] = [];
  private readonly about: RunEvent;
  private readonly started = new Set<string>();
  /** How many of the changes that have work in them have begun, or needed nothing after all. */
  private position = 0;
  private of = 0;

  constructor(
    private readonly resources: RunResources,
    private readonly store: AuditStore,
    private readonly events: EventPublisher,
    private readonly settings: Pick<
      EngineSettings,
      'onIssue' | 'commit' | 'retry' | 'circuit' | 'resolutions'
    >,
  ) {
    this.executors = new Executors(resources, store);
    const call: typeof this.executors.execute = (...args) =>
      this.interruptible(() => this.executors.execute(...args));
    this.resolver = new IssueResolver(resources, { store, events, playbooks: settings.resolutions, call });
    const { service, executionId } = resources.journal;
    this.about = { service, executionId };
    const { about } = this;
    const warn = (warning: string) => this.warnings.push(warning);
    const circuits = new Circuits({ resources, store, events, settings: settings.circuit, warn });
    this.circuits = circuits;
    this.ends = new ChangeEnds({ journal: resources.journal, resolver: this.resolver, events, about, warn });
    this.attempts = new ChangeAttempts({
      resources,
      events,
      about,
      settings: settings.retry,
      circuits,
      warn,
    });
  }

  /** What has been done up to now; complete once {@link run} has resolved. */
  get result(): PlanResult {
    const { warnings } = this;
    const changes = withFormer(this.before, this.changes);
    return { changes, warnings, ...(this.ends.failure && { failure: this.ends.failure }) };
  }

  /**
   * Resolves with failed, blocked and waiting changes in the result; rejects only where the run cannot go on. Called
   * again with a later plan for stages that had to wait, it adds to the result.
   */
  async run(
    { stages }: Pick<ExecutionPlan, 'stages'>,
    circuits: KeptCircuits = new Map(),
  ): Promise<PlanResult> {
    const changes = changesToRun({ stages });
    this.before = this.result.changes;
    this.changes.length = 0;
    this.of = this.position + changes.length;
    this.circuits.learn(circuits);
    await this.executors.assertNothingLost(changes);
    let stopper: ChangeReport | undefined;
    for (const stage of stages) {
      if (stopper && this.settings.onIssue === 'fail' && stopper.result !== 'waiting')
        this.changes.push(...leftOut(stage.changes, stopper));
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
      const stop = stopperIn(step.reports);
      if (!stop) continue;
      this.changes.push(...leftOut(changes.slice(done), stop.stopper));
      this.events.publish(stop.event, stage);
      return stop.stopper;
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
    const report = await this.runChange(first, next).catch(async (error: unknown) => {
      await this.circuits.refused(first.change, error);
      throw error;
    });
    return { reports: [report], apart: 0 };
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
    const held = this.circuits.holdOf(planned);
    if (held) return this.ends.wait({ ...planned, ...held });
    if (planned.isAsked || planned.playbook) return this.reconcile(planned);
    switch (planned.action) {
      case 'SKIP':
        return reportChange(planned.change, { result: 'skipped', reason: planned.reason });
      case 'MANUAL_INTERVENTION':
        return this.ends.block(planned);
      case 'WAIT':
        return this.ends.wait(planned);
      case 'RECONCILE':
        return this.reconcile(planned);
      case 'EXECUTE':
        return this.execute(planned, next?.action === 'EXECUTE' ? next.change : undefined);
    }
  }

  private async reconcile(planned: PlannedChange): Promise<ChangeReport> {
    const { change, entry } = planned;
    this.resources.signal.throwIfAborted();
    if (planned.action === 'RECONCILE' && !planned.isAsked) await this.executors.prepareMarkers(change);
    if (!entry) return this.execute(planned);
    const settled = await this.resolver.resolve(planned, entry);
    if (settled.told !== undefined) this.warnings.push(settled.told);
    const { action, reason, notBefore } = planned.isAsked
      ? settled
      : heldBack({ ...planned, ...settled }, { ...NO_HOLD, now: this.resources.journal.now() });
    if (notBefore !== undefined) return this.ends.wait({ ...planned, ...settled, reason, notBefore });
    if (action === 'MANUAL_INTERVENTION') return this.ends.block({ ...planned, ...settled, reason });
    if (action !== 'SKIP') return this.execute({ ...planned, ...settled, reason });
    this.position += 1;
    return this.ends.announce('change.completed', reportChange(change, { result: 'reconciled', reason }));
  }

  private async execute(planned: ToExecute, next?: ChangeDescriptor): Promise<ChangeReport> {
    const { change } = planned;
    this.resources.signal.throwIfAborted();
    this.begin(change);
    const { call = executionOf(change) } = planned;
    const tries = nextTry(change, planned.entry, txStrategyOf(change, this.store), this.resources.runtime);
    const notes = { ...tries, ...approvalMetadata(planned.approval) };
    const noted = { ...call, metadata: { ...repeating(planned.entry), ...call.metadata, ...notes } };
    const outcome = await this.interruptible(() => this.executors.execute(change, noted, next));
    return this.retried(planned, outcome, notes, next);
  }

  /** Concludes a change with its last attempt. */
  private async retried(
    planned: PlannedChange,
    first: ChangeOutcome,
    tries: AuditRecord['metadata'] = {},
    next?: ChangeDescriptor,
  ): Promise<ChangeReport> {
    const { change } = planned;
    const outcome = await this.attempts.goOn(change, first, (attempt, failed) => {
      // One that was not called has left what earlier runs have done as it was.
      const isUnbegun = failed.status === 'failed' && failed.isUnbegun;
      const notes = { ...tries, ...(isUnbegun && repeating(planned.entry)) };
      return this.interruptible(() =>
        this.executors.execute(change, executionOf(change, attempt, notes), next),
      );
    });
    return this.ends.conclude(planned, outcome, tries);
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
        this.changes.push(this.ends.announce('change.failed', interruptedReport(change, error)));
      throw error;
    }
  }
}
