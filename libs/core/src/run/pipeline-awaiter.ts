import { isAtRest, isSettled, type AuditHead } from '../audit/audit-head.js';
import { describeHolder } from '../lock/lock.errors.js';
import { readHolder } from '../lock/lock-holder.js';
import type { LockRecord } from '../lock/lock-store.js';
import { waitPatiently } from '../lock/patient-wait.js';
import { awaitedChanges, type AwaitedChanges } from '../plan/awaited-changes.js';
import { Activity } from '../reporting/activity.js';
import type { ExecutionReport } from '../reporting/execution-report.js';
import { unlessAborted } from '../runtime/abort.js';
import { readSnapshot } from '../audit/audit-snapshot.js';
import { assertNotEmptied } from './emptied-targets.js';
import type { Engine } from './engine.js';
import { HolderWatch } from './holder-watch.js';
import { restingReports } from './issue-report.js';
import { readPlan, type ReadPlan } from './read-plan.js';
import { reasonToWait } from './reason-to-wait.js';
import { ReportDraft } from './report-draft.js';
import { reportedRun } from './reported-run.js';
import { storeNews } from './store-news.js';
import { AwaitTimeoutError, someOf } from './run.errors.js';

/** Shortest time between two looks at the lock, in milliseconds: it tells of the end of a run that the head does not. */
const LOCK_LOOK_MS = 1_000;
/** Nobody waits for this process, as for one that could apply changes: it looks less often from the start on. */
const SHORT_PAUSE_MS = 250;
const NOTHING: AwaitedChanges = { pending: [], issues: [] };

/** Waits until another process has applied a pipeline. It takes no lock and writes nothing. */
export class PipelineAwaiter {
  private readonly report: ReportDraft;
  private readonly activity: Activity;
  private readonly holderWatch: HolderWatch;
  /** As it was at the last look; `'unread'` before the first. */
  private head: AuditHead | undefined | 'unread' = 'unread';
  /** False while history may say something new. */
  private isPlanned = false;
  private lookedAtLock = -Infinity;
  private awaited = NOTHING;
  private reason = '';
  /** What was told last. */
  private told = '';

  constructor(private readonly engine: Engine) {
    const { pipeline, store, runtime, settings, events } = engine;
    this.report = new ReportDraft(pipeline, runtime.uuid(), runtime, settings);
    this.activity = new Activity(runtime, events, this.about);
    this.holderWatch = new HolderWatch(store, runtime, events, this.about);
    for (const warning of engine.warnings ?? []) this.report.warn(warning);
  }

  /**
   * Resolves once a run of this pipeline would have nothing to do.
   *
   * @throws AwaitTimeoutError after `lock.waitMs`; what a run of this code would be refused with before it began, such as
   * AuditTamperedError, ForeignChangesError, ServiceRenamedError, LostWritesError; AuditStoreUnavailableError; `signal`'s
   * reason when it aborts.
   */
  run(signal: AbortSignal): Promise<ExecutionReport> {
    return reportedRun(this.engine, this.report, signal, (bounded) => this.wait(bounded));
  }

  private async wait(signal: AbortSignal): Promise<void> {
    const { store, runtime, settings, pipeline } = this.engine;
    const what = `another process to apply the changes of service "${pipeline.service}"`;
    const waiting = {
      // A look only reads: nobody has to wait for one that hangs.
      look: () => unlessAborted(signal, this.look()),
      late: (waitedMs: number) => this.late(waitedMs),
      describe: (waitedMs: number) => this.describe(waitedMs),
      signal,
      news: storeNews(this.engine.events, this.about),
      shortPauseMs: SHORT_PAUSE_MS,
    };
    const patiently = () => waitPatiently(store, runtime, settings.lock, waiting);
    await this.activity
      .watch(undefined, () => this.activity.during(what, patiently))
      .finally(() => this.report.endWait());
  }

  /** Reads one row, and more only where that says something new. */
  private async look(): Promise<true | undefined> {
    const { store, pipeline } = this.engine;
    const head = await store.readHead(pipeline.service);
    const before = this.head;
    this.head = head;
    if (head) this.report.noteHead(head);
    if (isSettled(head, pipeline.digest)) return this.endSettled();
    if (before === 'unread') return this.lookAtHistory(head);
    if (!isSame(before, head)) {
      this.isPlanned = false;
      if (isAtRest(head)) return this.plan(head, undefined);
      // The next holder's first write. What follows is its affair until the head stands still.
      return before?.token === head?.token ? undefined : this.lookAtLock(head);
    }
    const isDue = this.engine.runtime.monotonicMs() >= this.lookedAtLock + LOCK_LOOK_MS;
    return this.isPlanned || !isDue ? undefined : this.lookAtLock(head);
  }

  private async lookAtHistory(head: AuditHead | undefined): Promise<true | undefined> {
    const { store, pipeline } = this.engine;
    return this.plan(head, await readHolder(store.lock, pipeline.service));
  }

  /** The head stands still: a holder is at one change for long, or has ended in the middle of its run. */
  private async lookAtLock(head: AuditHead | undefined): Promise<true | undefined> {
    const { store, pipeline, runtime } = this.engine;
    this.lookedAtLock = runtime.monotonicMs();
    const holder = await readHolder(store.lock, pipeline.service);
    if (!holder) return this.plan(head, undefined);
    this.tell(this.awaited, holder);
    await this.holderWatch.look();
    return undefined;
  }

  private async plan(head: AuditHead | undefined, holder: LockRecord | undefined): Promise<true | undefined> {
    const read = await readPlan(this.engine, head);
    const awaited = awaitedChanges(
      read.plan,
      this.engine.settings.onIssue,
      ({ executionId, seq }) => executionId === holder?.owner || seq > (head?.seq ?? 0),
    );
    if (awaited.pending.length === 0) return this.end(read);
    this.isPlanned = holder === undefined;
    this.tell(awaited, holder);
    return undefined;
  }

  private async endSettled(): Promise<true> {
    const { store, pipeline } = this.engine;
    await this.lookAtTargets(() => readSnapshot(store, pipeline.service));
    this.report.markUpToDate();
    return true;
  }

  private async end({ plan, snapshot, edited }: ReadPlan): Promise<true> {
    await this.lookAtTargets(() => Promise.resolve(snapshot));
    this.report.notePlan(plan, edited);
    if (plan.hasWork) this.report.noteResult({ changes: restingReports(plan), warnings: [] });
    return true;
  }

  private async lookAtTargets(read: Parameters<typeof assertNotEmptied>[1]): Promise<void> {
    for (const warning of await assertNotEmptied(this.engine, read)) this.report.warn(warning);
  }

  private tell(awaited: AwaitedChanges, holder: LockRecord | undefined): void {
    const { events } = this.engine;
    this.awaited = awaited;
    this.reason = reasonToWait(awaited, holder);
    this.report.waitFor(holder ? describeHolder(holder) : 'another process');
    const pending = awaited.pending.map(({ change }) => change.id);
    const issues = awaited.issues.flatMap(({ change, entry, reason }) =>
      entry ? [{ changeId: change.id, stage: change.stage, state: entry.state, reason }] : [],
    );
    const news = JSON.stringify([this.reason, pending, issues]);
    if (news === this.told) return;
    this.told = news;
    const { reason } = this;
    events.publish('run.awaiting', { ...this.about, reason, pending, issues, ...(holder && { holder }) });
  }

  private late(waitedMs: number): AwaitTimeoutError {
    const [pending, issues] = [this.pendingIds, this.awaited.issues.map(({ change }) => change.id)];
    return new AwaitTimeoutError(this.engine.pipeline.service, waitedMs, pending, issues, this.reason);
  }

  private describe(waitedMs: number): string | undefined {
    if (this.awaited === NOTHING) return undefined;
    return `It had waited ${waitedMs} ms for another process to apply ${someOf(this.pendingIds)}: nothing was run here.`;
  }

  private get pendingIds(): string[] {
    return this.awaited.pending.map(({ change }) => change.id);
  }

  private get about() {
    return { service: this.engine.pipeline.service, executionId: this.report.executionId };
  }
}

function isSame(one: AuditHead | undefined, other: AuditHead | undefined): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
