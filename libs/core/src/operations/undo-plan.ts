import { appliedOrder } from '../audit/applied-order.js';
import type { AuditEntry } from '../audit/audit-entry.js';
import type { AuditSnapshot } from '../audit/audit-snapshot.js';
import { isApplied, isSettledState } from '../audit/audit-state.js';
import type { ChangeDescriptor, ChangeMethod } from '../change/change-descriptor.js';
import { entryOf } from '../plan/replaced.js';
import type { Engine } from '../run/engine.js';
import { cliCommand, issueCommand, redoCommand } from '../errors/commands.js';
import { describeWork, type Observation } from './at-work.js';
import { auditExport } from './audit-export.js';
import { findIssues } from './issues.js';
import { assertKnown } from './known-changes.js';
import { UndoRefusedError, type UndoObstacle } from './operation.errors.js';
import type { UndoRequest } from './undo.js';
import { assertCurrent } from './view.errors.js';

/** A change that can be undone. */
export interface UndoItem {
  readonly change: ChangeDescriptor;
  readonly rollback: ChangeMethod;
  /** Its last entry. */
  readonly entry: AuditEntry;
}

/**
 * What `request` asks to be undone, the last applied first.
 *
 * @throws UnknownChangeError, UndoRefusedError when one of the changes cannot be undone.
 */
export async function planUndo(
  engine: Engine,
  request: UndoRequest,
  observed: Observation,
): Promise<UndoItem[]> {
  const { snapshot } = observed;
  const named = 'to' in request ? request.to : request.changeId;
  assertKnown(named, engine.pipeline, snapshot);
  if ('changeId' in request) assertCurrent(request, snapshot.get(named));
  const changeIds = 'to' in request ? await after(engine, request.to, snapshot) : [request.changeId];
  const obstacles: UndoObstacle[] = [];
  const items = changeIds.flatMap((changeId) => itemOf(engine, changeId, observed, obstacles) ?? []);
  if ('to' in request && !isAppliedIn(snapshot, request.to)) {
    obstacles.unshift({ changeId: request.to, problem: `${whyNotApplied(engine, request.to, observed)}.` });
  }
  if (obstacles.length > 0) throw new UndoRefusedError(obstacles);
  return items;
}

/** The changes applied after `to`, and those that were begun after it and are not settled. */
async function after(engine: Engine, to: string, snapshot: AuditSnapshot): Promise<string[]> {
  const applied = await appliedOrder(auditExport(engine));
  const since = applied.get(to) ?? Infinity;
  const later = [...applied].filter(([, seq]) => seq > since).map(([changeId]) => changeId);
  const unsettled = [...snapshot.values()].filter(
    ({ changeId, state, seq }) => seq > since && !applied.has(changeId) && !isSettledState(state),
  );
  return [...later, ...unsettled.map(({ changeId }) => changeId)].reverse();
}

function itemOf(
  engine: Engine,
  changeId: string,
  observed: Observation,
  obstacles: UndoObstacle[],
): UndoItem | undefined {
  const changes = engine.pipeline.stages.flatMap((stage) => stage.changes);
  const change = changes.find(({ id }) => id === changeId);
  const entry = change ? entryOf(change, observed.snapshot) : observed.snapshot.get(changeId);
  if (!entry || !isApplied(entry.state)) {
    obstacles.push({ changeId, problem: `${whyNotApplied(engine, changeId, observed)}.` });
    return undefined;
  }
  if (!change) {
    obstacles.push({
      changeId,
      problem: 'is no longer in the code, and its rollback method with it. Undo with a version that has it.',
    });
    return undefined;
  }
  if (change.target.id !== entry.targetSystem) {
    obstacles.push({
      changeId,
      problem: `was applied on target system "${entry.targetSystem}", and the code names "${change.target.id}", where there is nothing of it to take back. Undo with a version that names "${entry.targetSystem}", or take it back by a new change.`,
    });
    return undefined;
  }
  if (change.rollback) return { change, rollback: change.rollback, entry };
  obstacles.push({
    changeId,
    problem: `has no rollback method. Add @RollbackExecution() to class ${change.className}, or take it back by a new change.${inDevelopment(engine, change)}`,
  });
  return undefined;
}

function inDevelopment({ settings }: Engine, { id }: ChangeDescriptor): string {
  if (!settings.development.isOn) return ' In development `redo` runs it again.';
  return ` Or run it again, which leaves what it did: \`${redoCommand(id)}\`.`;
}

function isAppliedIn(snapshot: AuditSnapshot, changeId: string): boolean {
  const entry = snapshot.get(changeId);
  return entry !== undefined && isApplied(entry.state);
}

function whyNotApplied(engine: Engine, changeId: string, observed: Observation): string {
  const { snapshot, atWork } = observed;
  const state = snapshot.get(changeId)?.state;
  if (state === undefined) return 'is not applied: it was never executed';
  if (isSettledState(state)) return `is not applied: its state is ${state}`;
  if (atWork?.changeId === changeId) return `is in state ${state}: ${describeWork(atWork)}`;
  const isIssue = findIssues(engine, observed).some(({ entry }) => entry.changeId === changeId);
  const advice = isIssue
    ? `it needs a manual check first, see \`${issueCommand(changeId)}\``
    : `start the application or run \`${cliCommand('execute')}\`, which settles it`;
  return `is in state ${state}: ${advice}`;
}
