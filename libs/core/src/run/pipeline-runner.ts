import { isAtRest, isLeft, isSettled, type AuditHead } from '../audit/audit-head.js';
import { storeFailure } from '../audit/audit.errors.js';
import { readSnapshot, tailFault, type AuditSnapshot } from '../audit/audit-snapshot.js';
import { errorText } from '../errors/error-text.js';
import { isLegacy } from '../audit/legacy.js';
import { changesOf } from '../audit/renaming.js';
import { describeHolder } from '../lock/lock.errors.js';
import type { LockRecord } from '../lock/lock-store.js';
import { assertNothingForgotten } from './forgotten-claims.js';
import { assertNotEmptied } from './emptied-targets.js';
import { assertTransactions } from '../executor/transaction-check.js';
import { Activity } from '../reporting/activity.js';
import type { ExecutionReport } from '../reporting/execution-report.js';
import type { EditedChange } from '../plan/change-identity.js';
import type { Engine } from './engine.js';
import { resourcesOf, withLock, type LockRequest } from './exclusive-run.js';
import type { ExclusiveSession } from './exclusive-session.js';
import { changesToRun, type ExecutionPlan, type PlannedChange } from '../plan/execution-plan.js';
import { HolderNotice } from './holder-notice.js';
import { HolderWatch } from './holder-watch.js';
import { makeReady } from './make-ready.js';
import { LOOK_AGAIN } from '../plan/pipeline.js';
import { assertApprovals, awaitApprovals } from './approval-wait.js';
import { assertOpen, checkPlan } from './plan-checks.js';
import { isTooEarly } from './held-stages.js';
import { restingReports } from './issue-report.js';
import { runPatiently } from './patient-run.js';
import { planNow, type PlanNow } from './plan-now.js';
import { PlanRunner } from './plan-runner.js';
import { readPlan } from './read-plan.js';
import { ReportDraft } from './report-draft.js';
import { storeNews } from './store-news.js';
import { reportedRun } from './reported-run.js';
import { announceTakeOver } from './take-over-notice.js';

const UNSETTLED = 'the history could not be marked as settled; the next start reads it whole';

/** One run of a pipeline: read, lock, re-read, run, report. */
export class PipelineRunner {
  private readonly report: ReportDraft;
  private readonly activity: Activity;
  private readonly holderWatch: HolderWatch;
  /** As it was read last, before the lock is had. */
  private head: AuditHead | undefined;
  /** Applied changes that are told as edited since. */
  private edited: readonly EditedChange[] = [];

  constructor(private readonly engine: Engine) {
    const { pipeline, store, runtime, settings, events } = engine;
    this.report = new ReportDraft(pipeline, runtime.uuid(), runtime, settings);
    const about = { service: pipeline.service, executionId: this.report.executionId };
    this.activity = new Activity(runtime, events, about);
    this.holderWatch = new HolderWatch(store, runtime, events, about);
    for (const warning of engine.warnings ?? []) this.report.warn(warning);
  }

  /**
   * Applies what is pending, unless another instance does.
   *
   * @throws InvalidChangesError, ChangeFailedError, ManualInterventionError, OutOfOrderError, ForeignChangesError,
   * RenamedChangesError, EditedChangesError, ServiceRenamedError, RenameUnfinishedError, TransactionsUnavailableError, and the errors of lock and audit store; `signal`'s reason when it aborts.
   */
  run(signal: AbortSignal): Promise<ExecutionReport> {
    return reportedRun(this.engine, this.report, signal, (bounded) => this.apply(bounded));
  }

  private async apply(signal: AbortSignal): Promise<void> {
    if (this.engine.settings.approvals.onUnapproved === 'wait') await this.awaitApprovals(signal);
    if (await this.nothingToDo(await this.readHead())) return;
    const { service } = this.engine.pipeline;
    const lockRequest: LockRequest = {
      executionId: this.report.executionId,
      waiting: {
        signal,
        news: storeNews(this.engine.events, { service, executionId: this.report.executionId }),
        held: (holder) => this.announceWait(holder),
        isDone: () => this.leftNothingToDo(),
        floor: () => this.head?.token ?? 0,
      },
      watched: (acquire) =>
        this.activity
          .watch(undefined, () => this.activity.during(`the lock of service "${service}"`, acquire))
          .finally(() => this.report.endWait()),
      beforeClaim: () => assertNothingForgotten(this.engine, this.head),
      untidy: (whatItMeans, error) => this.warn(whatItMeans, error),
      signed: (head) => this.report.noteSigned(head),
    };
    await withLock(this.engine, lockRequest, (session) => this.runLocked(session, signal));
  }

  private async runLocked(session: ExclusiveSession, signal: AbortSignal): Promise<void> {
    const { head, lease, journal, snapshot } = session;
    announceTakeOver(this.engine, this.report.executionId, snapshot);
    const mayHaveFailed = lease.token > 1 && isLeft(head);
    const now = await planNow(this.engine, snapshot, { mayHaveFailed, now: journal.now() });
    const { plan } = now;
    this.edited = checkPlan(plan, this.engine.settings);
    assertApprovals(this.engine, plan);
    this.report.notePlan(plan, this.edited);
    if (plan.hasWork) await this.runPlan(now, session, signal);
    await this.settle(plan, session);
  }

  private async runPlan(now: PlanNow, session: ExclusiveSession, signal: AbortSignal): Promise<void> {
    const { store, events, settings } = this.engine;
    const { plan } = now;
    const resources = resourcesOf(this.engine, session, this.activity, signal);
    const notice = new HolderNotice({ ...resources, records: store.records });
    const runner = new PlanRunner(resources, store, events, settings);
    assertOpen(plan.service, plan.renaming);
    await makeReady(this.engine, changesToRun(plan));
    await assertTransactions(changesToRun(plan));
    notice.start();
    try {
      await runPatiently({ engine: this.engine, resources, runner }, now);
      await this.tidy('markers could not be cleared; they are harmless', () => runner.close());
    } finally {
      notice.stop();
      this.report.noteResult(runner.result);
    }
  }

  /** How a waiting instance goes on as soon as the holder has left nothing to do. */
  private async leftNothingToDo(): Promise<boolean> {
    await this.holderWatch.look();
    const head = await this.readHead();
    // Before the holder is done, its lock tells as much as its history.
    return isAtRest(head) && this.nothingToDo(head);
  }

  private async awaitApprovals(signal: AbortSignal): Promise<void> {
    const { engine, activity } = this;
    const { service } = engine.pipeline;
    const read = async () => {
      const head = await this.readHead();
      // What is settled needs no approval.
      return isSettled(head, engine.pipeline.digest) ? { stages: [] } : (await readPlan(engine, head)).plan;
    };
    const tell = (unapproved: readonly PlannedChange[]): void => {
      const pending = unapproved.map(({ change }) => change.id);
      const reason = `people have to approve ${unapproved.map(({ change, reason: why }) => `"${change.id}" (${why})`).join(', ')}`;
      engine.events.publish('run.awaiting', {
        service,
        executionId: this.report.executionId,
        reason,
        pending,
        issues: [],
      });
    };
    const patiently = () => awaitApprovals(engine, read, tell, signal);
    await activity.watch(undefined, () => activity.during('approvals', patiently));
  }

  private async readHead(): Promise<AuditHead | undefined> {
    const { pipeline, store } = this.engine;
    const head = await store.readHead(pipeline.service);
    this.head = head;
    if (head) this.report.noteHead(head);
    return head;
  }

  private async nothingToDo(head: AuditHead | undefined): Promise<boolean> {
    const { pipeline } = this.engine;
    if (isSettled(head, pipeline.digest)) {
      await this.lookAtTargets(() => this.readSnapshot());
      this.report.markUpToDate();
      return true;
    }
    const { plan, now, snapshot, edited } = await readPlan(this.engine, head);
    assertApprovals(this.engine, plan);
    if (isTooEarly(plan, now, this.engine.settings)) {
      this.report.notePlan(plan, edited);
      this.report.noteResult({ changes: restingReports(plan), warnings: [] });
      return true;
    }
    if (plan.hasWork) {
      await makeReady(this.engine, changesToRun(plan));
      return false;
    }
    await this.lookAtTargets(() => Promise.resolve(snapshot));
    this.report.notePlan(plan, edited);
    if (head && plan.unfinished.length === 0 && edited.length === 0) await this.settleAnew(head, snapshot);
    return true;
  }

  private readSnapshot(): Promise<AuditSnapshot> {
    const { pipeline, store } = this.engine;
    return readSnapshot(store, pipeline.service);
  }

  /** An emptied target is no reason to call a service up to date. */
  private async lookAtTargets(readSnapshot: () => Promise<AuditSnapshot>): Promise<void> {
    for (const warning of await assertNotEmptied(this.engine, readSnapshot)) this.report.warn(warning);
  }

  private announceWait(holder: LockRecord | undefined): void {
    const { events, pipeline } = this.engine;
    if (!this.report.waitFor(holder && describeHolder(holder))) return;
    const { executionId } = this.report;
    events.publish('run.waiting', { service: pipeline.service, executionId, holder });
  }

  /** Written before the release, so that the next holder has nothing to read but the head. */
  private async settle({ unfinished }: ExecutionPlan, { journal, lease }: ExclusiveSession): Promise<void> {
    const { store, pipeline } = this.engine;
    this.report.noteHead(journal.head);
    if (!this.report.allApplied || unfinished.length > 0) return;
    const digest = this.edited.length > 0 ? LOOK_AGAIN : pipeline.digest;
    const settled = { seq: journal.head.seq, digest };
    await this.tidy(UNSETTLED, () => store.settle(lease.hold, settled));
  }

  /**
   * For code that has changed and has nothing to do. Not for an image that is older than the
   * history: it and the newer one would rewrite the head in turn. Nor while a holder is at work.
   */
  private async settleAnew(head: AuditHead, snapshot: AuditSnapshot): Promise<void> {
    const { store, pipeline } = this.engine;
    const { service, stages, digest } = pipeline;
    const { seq, token, owner } = head;
    const last = changesOf(snapshot).findLast((entry) => !isLegacy(entry));
    const isOurs = !last || stages.some(({ changes }) => changes.some(({ id }) => id === last.changeId));
    if (!isOurs || owner === null || tailFault(head, snapshot) !== undefined) return;
    await this.tidy(UNSETTLED, async () => {
      const lock = await store.lock.read(service);
      if (!lock || lock.expiresAt > lock.storeNow) return;
      await store.settle({ service, token, owner }, { seq, digest });
    });
  }

  /** A failure to tidy up does no harm, so it is reported and not thrown. */
  private async tidy(whatItMeans: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.warn(whatItMeans, error);
    }
  }

  private warn(whatItMeans: string, error: unknown): void {
    this.report.warn(`${whatItMeans}: ${errorText(storeFailure(error))}`);
  }
}
