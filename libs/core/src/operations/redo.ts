import { readSnapshot, type AuditSnapshot } from '../audit/audit-snapshot.js';
import { EFFECT_STAYS, writeMetadata } from '../audit/entry-metadata.js';
import type { RunResources } from '../executor/change-caller.js';
import { assertTransactions } from '../executor/transaction-check.js';
import type { ExecutionPlan, PlannedChange } from '../plan/execution-plan.js';
import { planExecution } from '../plan/execution-planner.js';
import { forgottenStep } from '../recovery/guidance.js';
import { Activity } from '../reporting/activity.js';
import type { ChangeReport } from '../reporting/execution-report.js';
import type { RedoReport } from '../reporting/redo-report.js';
import type { Engine } from '../run/engine.js';
import { resourcesOf } from '../run/exclusive-run.js';
import type { ExclusiveSession } from '../run/exclusive-session.js';
import { makeReady } from '../run/make-ready.js';
import { PlanRunner } from '../run/plan-runner.js';
import { exclusively } from './exclusively.js';
import { operatorMetadata, type Operation } from './operation-context.js';
import { DevelopmentOnlyError } from './operation.errors.js';
import { reconciledSnapshot } from './reconciled-snapshot.js';
import { canUndo, planRedo, type RedoRequest } from './redo-plan.js';
import { UndoRunner } from './undo.js';

/**
 * Runs a change again while it is being written: undoes it by its rollback method where it can, else appends an
 * entry that forgets its execution, and executes it. In development only.
 *
 * @throws DevelopmentOnlyError where `development` is off; UnknownChangeError for an id that neither code nor history
 * knows; RedoRefusedError with every reason, before anything is recorded; InvalidChangesError, then too, for its
 * parameters; LockTimeoutError while another instance works.
 */
export async function redo(engine: Engine, request: RedoRequest, operation: Operation): Promise<RedoReport> {
  const { development } = engine.settings;
  if (!development.isOn) throw new DevelopmentOnlyError(request.changeId, development.why);
  return exclusively(engine, operation, (session) => new Redo(engine, session, operation).run(request));
}

type TakenBack = Pick<RedoReport, 'before' | 'undone' | 'warnings'>;

/** One redo, under the lock. Each of its steps goes by the history that the one before has left. */
class Redo {
  constructor(
    private readonly engine: Engine,
    private readonly session: ExclusiveSession,
    private readonly operation: Operation,
  ) {}

  async run(request: RedoRequest): Promise<RedoReport> {
    const { engine, session } = this;
    const { service, executionId } = session.journal;
    const first = this.undoRunner(session.snapshot);
    const snapshot = await reconciledSnapshot(engine, session, first);
    const planned = await planRedo(engine, request, snapshot);
    await makeReady(engine, [planned.change]);
    await assertTransactions([planned.change]);
    await first.executors.assertNothingLost([planned.change]);
    const taken = await this.takeBack(planned, snapshot);
    const about = { service, executionId, changeId: request.changeId };
    if (taken.before === 'undo-failed') return { ...about, ...taken, status: 'stopped' };
    const { change, warnings } = await this.execute(request.changeId);
    const status = change?.result === 'executed' ? 'redone' : 'stopped';
    return {
      ...about,
      ...taken,
      ...(change && { change }),
      status,
      warnings: [...taken.warnings, ...warnings],
    };
  }

  private async takeBack(planned: PlannedChange, snapshot: AuditSnapshot): Promise<TakenBack> {
    const { entry, action, change } = planned;
    if (!entry || action === 'EXECUTE') return { before: 'nothing', warnings: [] };
    if (canUndo(planned)) return this.undo(change.id, snapshot);
    const { journal } = this.session;
    await journal.append(entry, {
      state: 'MANUAL_MARKED_AS_ROLLED_BACK',
      operation: 'FORGET',
      at: journal.now(),
      metadata: { ...operatorMetadata(this.operation), ...writeMetadata(EFFECT_STAYS) },
    });
    return { before: 'forgotten', warnings: [forgottenStep(entry)] };
  }

  private async undo(changeId: string, snapshot: AuditSnapshot): Promise<TakenBack> {
    const { status, changes } = await this.undoRunner(snapshot).run({ changeId });
    const [undone] = changes;
    const before = status === 'undone' ? 'undone' : 'undo-failed';
    return { before, ...(undone && { undone }), warnings: [] };
  }

  private async execute(
    changeId: string,
  ): Promise<{ readonly change: ChangeReport | undefined; readonly warnings: readonly string[] }> {
    const { pipeline, store, events, settings } = this.engine;
    const snapshot = await readSnapshot(store, pipeline.service);
    const runner = new PlanRunner(this.resources(snapshot), store, events, settings);
    const { changes, warnings } = await runner.run(planOf(changeId, planExecution(pipeline, snapshot)));
    // A marker that stays does no harm, because it names its own execution.
    await Promise.allSettled([runner.close()]);
    return { change: changes[0], warnings };
  }

  private undoRunner(snapshot: AuditSnapshot): UndoRunner {
    return new UndoRunner(this.engine, { ...this.session, snapshot }, this.operation);
  }

  private resources(snapshot: AuditSnapshot): RunResources {
    const { runtime, events } = this.engine;
    const activity = new Activity(runtime, events, this.session.journal);
    return resourcesOf(this.engine, { ...this.session, snapshot }, activity, this.operation.signal);
  }
}

/** The part of a plan that is about one change. */
function planOf(changeId: string, plan: ExecutionPlan): ExecutionPlan {
  const stages = plan.stages.map(({ name, changes }) => ({
    name,
    changes: changes.filter(({ change }) => change.id === changeId),
  }));
  return { ...plan, stages: stages.filter(({ changes }) => changes.length > 0) };
}
