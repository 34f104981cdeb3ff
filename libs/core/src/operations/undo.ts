import { undoCommand, undoPlanCommand, undoToCommand } from '../errors/commands.js';
import { errorText } from '../errors/error-text.js';
import { readMetadata } from '../audit/entry-metadata.js';
import { renamingOf } from '../audit/renaming.js';
import type { ChangeDescriptor } from '../change/change-descriptor.js';
import { resolveParameters } from '../change/change-parameters.js';
import { fingerprintOf } from '../change/fingerprint.js';
import type { RunResources } from '../executor/change-caller.js';
import { txStrategyOf } from '../executor/change-executor.js';
import { Executors } from '../executor/executors.js';
import { assertTransactions } from '../executor/transaction-check.js';
import { undoBy } from '../executor/change-call.js';
import type { Engine } from '../run/engine.js';
import { makeReady } from '../run/make-ready.js';
import { resourcesOf } from '../run/exclusive-run.js';
import type { ExclusiveSession } from '../run/exclusive-session.js';
import { assertOpen } from '../run/plan-checks.js';
import { nextAfter, undoFailureSteps } from '../run/issue-report.js';
import { emptyTransactionStep } from '../recovery/guidance.js';
import { Activity } from '../reporting/activity.js';
import type { UndoneChange, UndoReport } from '../reporting/undo-report.js';
import { assertApproved } from './approved-resolution.js';
import { assertConfirmed, digestOf } from './confirmation.js';
import { exclusively } from './exclusively.js';
import { observe } from './at-work.js';
import {
  operatorMetadata,
  operatorOf,
  type Operation,
  type OperationContext,
  type ConfirmedContext,
} from './operation-context.js';
import { reconciledSnapshot } from './reconciled-snapshot.js';
import { planUndo, type UndoItem } from './undo-plan.js';

/** What to undo: one change, or everything that was applied after one, which stays. */
export type UndoRequest =
  | {
      readonly changeId: string;
      /** `seq` of the last entry of the change that was looked at: refused where there is a later one. */
      readonly seq?: number;
    }
  | { readonly to: string };

/** How to undo, and on whose behalf. `dryRun`: only tell what would be undone, take no lock and write nothing. */
export type UndoOptions =
  (OperationContext & { readonly dryRun: true }) | (ConfirmedContext & { readonly dryRun?: false });

/** An undo that has begun. */
export type UndoOperation = Operation & Pick<ConfirmedContext, 'confirm'> & { readonly dryRun?: boolean };

/** How this is undone, and why: what to type, for a message. */
export function undoCommandOf(request: UndoRequest): string {
  return 'to' in request ? undoToCommand(request.to) : undoCommand(request.changeId);
}

/**
 * Runs the `@RollbackExecution` of applied changes, the last applied first. An earlier undo
 * or execution whose end only the target system knows is settled before anything is refused.
 *
 * @throws UnknownChangeError for an id that neither code nor history knows; UndoRefusedError,
 * before anything happens, when one of the changes cannot be undone; InvalidChangesError, then too, for their
 * parameters; ResolutionUnapprovedError; LockTimeoutError while another instance works.
 */
export async function undo(
  engine: Engine,
  request: UndoRequest,
  operation: UndoOperation,
): Promise<UndoReport> {
  const { service } = engine.pipeline;
  if (operation.dryRun) {
    const observed = await observe(engine);
    assertOpen(service, renamingOf(observed.snapshot));
    const items = await planUndo(engine, request, observed);
    await resolveParameters(items.map(({ change }) => change));
    const changes = items.map((item) => unreached(item, 'planned'));
    return { service, status: 'planned', changes, digest: digestOfItems(service, items) };
  }
  const admit = async (changes: readonly ChangeDescriptor[]): Promise<void> => {
    for (const { id } of changes) await assertApproved(engine, id, 'UNDONE');
  };
  return exclusively(engine, operation, (session) =>
    confirmedRun(engine, request, operation, session, admit),
  );
}

/** What was confirmed is looked at before an earlier undo or execution is settled, so that a refusal writes nothing. */
async function confirmedRun(
  engine: Engine,
  request: UndoRequest,
  operation: UndoOperation,
  session: ExclusiveSession,
  admit: (changes: readonly ChangeDescriptor[]) => Promise<void>,
): Promise<UndoReport> {
  const { confirm } = operation;
  if (confirm !== undefined) {
    const items = await planUndo(engine, request, session);
    const digest = digestOfItems(engine.pipeline.service, items);
    assertConfirmed(confirm, digest, 'The undo', undoPlanCommand(request));
  }
  // Awaited, so that the stack of an error leads to the caller.
  return await new UndoRunner(engine, session, operation).run(request, admit);
}

function digestOfItems(service: string, items: readonly UndoItem[]): string {
  const subjects = items.map(({ change, entry }) => ({ changeId: change.id, entry, source: change.source }));
  return digestOf(service, 'UNDONE', subjects);
}

/** One undo, under the lock. */
export class UndoRunner {
  readonly resources: RunResources;
  readonly executors: Executors;

  constructor(
    private readonly engine: Engine,
    private readonly session: ExclusiveSession,
    readonly operation: Operation,
  ) {
    const { runtime, events, store } = engine;
    const activity = new Activity(runtime, events, session.journal);
    this.resources = resourcesOf(engine, session, activity, operation.signal);
    this.executors = new Executors(this.resources, store);
  }

  /** @param admit Rejects before anything happens where these changes may not be undone. */
  async run(
    request: UndoRequest,
    admit: (changes: readonly ChangeDescriptor[]) => Promise<void> = () => Promise.resolve(),
  ): Promise<UndoReport> {
    try {
      const snapshot = await reconciledSnapshot(this.engine, this.session, this);
      const items = await planUndo(this.engine, request, { snapshot });
      const undone = items.map(({ change }) => change);
      await admit(undone);
      await makeReady(this.engine, undone);
      await assertTransactions(undone);
      await this.executors.assertNothingLost(undone);
      const changes = await this.undoAll(items);
      const { service, executionId } = this.session.journal;
      const isDone = changes.every(({ result }) => result === 'undone');
      return { service, executionId, status: isDone ? 'undone' : 'stopped', changes };
    } finally {
      await this.tidy();
    }
  }

  private async undoAll(items: readonly UndoItem[]): Promise<UndoneChange[]> {
    const changes: UndoneChange[] = [];
    let stopped = false;
    for (const item of items) {
      stopped ||= this.resources.signal.aborted;
      const undone: UndoneChange = stopped ? unreached(item, 'not-reached') : await this.undoOne(item);
      stopped ||= undone.result === 'failed';
      changes.push(undone);
    }
    return changes;
  }

  private async undoOne(item: UndoItem): Promise<UndoneChange> {
    const { change, rollback, entry } = item;
    const metadata = { ...operatorMetadata(this.operation), ...fingerprintOf(entry) };
    const undo = undoBy(rollback, metadata, readMetadata(entry).steps);
    const outcome = await this.executors.execute(change, undo);
    const durationMs = Math.round(outcome.durationMs);
    if (outcome.status === 'executed') {
      const nextSteps = outcome.wasEmpty ? [emptyTransactionStep(change.target.id)] : undefined;
      const done = { ...nameOf(item), result: 'undone', state: 'ROLLED_BACK', durationMs } as const;
      const undone = { ...done, ...(nextSteps && { nextSteps }), runsAgain: true };
      this.engine.events.publish('change.undone', this.about(undone));
      return undone;
    }
    const { state } = outcome;
    const error = errorText(outcome.error);
    const txStrategy = txStrategyOf(change, this.engine.store);
    const nextSteps = undoFailureSteps(change, outcome, txStrategy);
    const failed = { ...nameOf(item), result: 'failed', state, durationMs, error, nextSteps } as const;
    const report = { ...failed, runsAgain: false };
    const next = nextAfter(change, outcome, 'UNDO', txStrategy);
    if (next.action === 'MANUAL_INTERVENTION') this.engine.events.publish('issue.opened', this.about(report));
    return report;
  }

  /** An event about a change of this undo. */
  private about<C>(change: C) {
    const { service, executionId } = this.session.journal;
    return { service, executionId, change, ...operatorOf(this.operation) };
  }

  /** A marker that stays does no harm, because it names its own execution. */
  private async tidy(): Promise<void> {
    await Promise.allSettled([this.executors.clearMarkers()]);
  }
}

function nameOf({ change }: UndoItem): Pick<UndoneChange, 'changeId' | 'stage' | 'targetSystem'> {
  return { changeId: change.id, stage: change.stage, targetSystem: change.target.id };
}

function unreached(item: UndoItem, result: 'planned' | 'not-reached'): UndoneChange {
  const runsAgain = result === 'planned';
  return { ...nameOf(item), result, state: item.entry.state, durationMs: 0, runsAgain };
}
