import type { EditedChange } from '../plan/change-identity.js';
import type { ExecutionPlan } from '../plan/execution-plan.js';
import type { EngineSettings } from './engine-settings.js';
import { redoable } from './plan-checks.js';
import { describeEdit, describeRename, describeUnfinishedEdit } from '../plan/identity.errors.js';
import type { Pipeline } from '../plan/pipeline.js';
import type { PlanResult } from './plan-result.js';
import type { Runtime } from '../runtime/runtime.js';
import { fixCommand, issuesCommand } from '../errors/commands.js';
import {
  reportChange,
  type ChangeFinding,
  type ChangeReport,
  type ChangeResult,
  type ExecutionReport,
  type ExecutionStatus,
} from '../reporting/execution-report.js';

const NOT_REACHED = 'the run ended before it';
const APPLIED: ReadonlySet<ChangeResult> = new Set(['executed', 'skipped', 'reconciled']);

/** Collects what a run learns about itself, and says it at any time. */
export class ReportDraft {
  private readonly startedAt: number;
  private readonly warnings: string[] = [];
  /** Described on the first request: an application may have thousands of changes. */
  private described: readonly ChangeReport[] | undefined;
  private end: { seq: number; hash: string } | undefined;
  private holder: string | undefined;
  private waitingSince: number | undefined;
  private waitedMs = 0;
  private worked = false;
  /** What the first failed change threw. */
  failure: PlanResult['failure'];

  constructor(
    private readonly pipeline: Pipeline,
    readonly executionId: string,
    private readonly runtime: Runtime,
    private readonly settings: Pick<
      EngineSettings,
      'onIssue' | 'outOfOrder' | 'renamedChanges' | 'development'
    >,
  ) {
    this.startedAt = runtime.monotonicMs();
  }

  /** Notes whom the run waits for; true if it was not yet waiting for that holder. */
  waitFor(holder = 'another instance'): boolean {
    this.waitingSince ??= this.runtime.monotonicMs();
    const isNew = holder !== this.holder;
    this.holder = holder;
    return isNew;
  }

  endWait(): void {
    if (this.waitingSince !== undefined) this.waitedMs = this.runtime.monotonicMs() - this.waitingSince;
  }

  /** Notes that history is known to hold everything. */
  markUpToDate(): void {
    this.described = this.all({ result: 'skipped', reason: 'already executed' });
  }

  /** Notes where the history ends. */
  noteHead({ seq, hash }: { seq: number; hash: string }): void {
    this.end = { seq, hash };
  }

  warn(warning: string): void {
    this.warnings.push(warning);
  }

  /** Notes what is intended; until {@link ran} everything with work in it counts as not reached. */
  notePlan(plan: ExecutionPlan, edited: readonly EditedChange[]): void {
    const { stages, unknown, unfinished, outOfOrder, renamed } = plan;
    this.described = stages.flatMap(({ changes }) =>
      changes.map(({ change, action, reason }) =>
        reportChange(
          change,
          action === 'SKIP' ? { result: 'skipped', reason } : { result: 'not-reached', reason: NOT_REACHED },
        ),
      ),
    );
    if (unknown.length > 0) this.warn(`applied, but no longer in the code: ${unknown.join(', ')}`);
    if (unfinished.length > 0)
      this.warn(
        `neither applied nor rolled back, and no longer in the code: ${unfinished.join(', ')}; see \`${issuesCommand()}\``,
      );
    const late = outOfOrder.map(({ change }) => change.id);
    if (late.length > 0 && this.settings.outOfOrder === 'warn')
      this.warn(`applied out of order, after later changes of their stage: ${late.join(', ')}`);
    if (this.settings.renamedChanges === 'warn') for (const one of renamed) this.warn(describeRename(one));
    this.noteEdits(plan, edited);
  }

  private noteEdits(plan: ExecutionPlan, edited: readonly EditedChange[]): void {
    const unfinished = redoable(plan, edited, this.settings);
    if (unfinished) this.warn(describeUnfinishedEdit(unfinished, hasRollback(plan, unfinished)));
    const others = edited.filter((one) => one !== unfinished);
    const [first] = others;
    if (!first) return;
    this.warn(
      `edited since they were applied, and not run again: ${others.map(describeEdit).join(', ')}; write a new change for what is missing, or accept each as it is: \`${fixCommand(first.changeId, 'EXECUTED')}\``,
    );
  }

  noteResult({ changes, failure, warnings }: PlanResult): void {
    this.worked = true;
    this.warnings.push(...warnings);
    this.failure = failure;
    this.described = [...changes, ...this.changes.slice(changes.length)];
  }

  /** True when no change is left to do anything about. */
  get allApplied(): boolean {
    return this.changes.every(({ result }) => APPLIED.has(result));
  }

  /** The report up to now; `status` where it does not follow from what became of the changes. */
  finish(status = this.status()): ExecutionReport {
    return {
      service: this.pipeline.service,
      executionId: this.executionId,
      status,
      changes: this.changes,
      durationMs: Math.round(this.runtime.monotonicMs() - this.startedAt),
      waitedMs: Math.round(this.waitedMs),
      ...(this.holder !== undefined && { waitedFor: this.holder }),
      warnings: this.warnings,
      ...(this.end && { head: this.end }),
    };
  }

  private get changes(): readonly ChangeReport[] {
    this.described ??= this.all({ result: 'not-reached', reason: NOT_REACHED });
    return this.described;
  }

  private status(): ExecutionStatus {
    if (this.allApplied) return this.worked ? 'applied' : 'up-to-date';
    return this.worked && this.settings.onIssue === 'skip' ? 'incomplete' : 'stopped';
  }

  private all(finding: ChangeFinding): ChangeReport[] {
    return this.pipeline.stages.flatMap(({ changes }) =>
      changes.map((change) => reportChange(change, finding)),
    );
  }
}

/** True where what an applied change did can be taken back by its own code. */
function hasRollback({ stages }: ExecutionPlan, { changeId }: EditedChange): boolean {
  const changes = stages.flatMap((stage) => stage.changes);
  return changes.some(({ change }) => change.id === changeId && change.rollback !== undefined);
}
