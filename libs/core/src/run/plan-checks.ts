import type { Renaming } from '../audit/renaming.js';
import { editedChanges, lastApplied, type EditedChange } from '../plan/change-identity.js';
import type { EngineSettings } from './engine-settings.js';
import type { ExecutionPlan } from '../plan/execution-plan.js';
import { EditedChangesError, ForeignChangesError, RenamedChangesError } from '../plan/identity.errors.js';
import { OutOfOrderError } from './run.errors.js';
import { PartlyReplacedError } from '../plan/import.errors.js';
import { RenameUnfinishedError, ServiceRenamedError } from '../plan/rename.errors.js';

/**
 * Refuses a plan that must not be run as the settings are.
 *
 * @returns the applied changes that were edited since, unless the settings ignore them.
 * @throws ServiceRenamedError, ForeignChangesError, PartlyReplacedError, RenamedChangesError, EditedChangesError,
 * OutOfOrderError
 */
export function checkPlan(
  plan: ExecutionPlan,
  settings: Pick<EngineSettings, 'outOfOrder' | 'renamedChanges' | 'editedChanges' | 'development'>,
): readonly EditedChange[] {
  const { service, renaming, foreign, partlyReplaced, renamed, outOfOrder } = plan;
  // Entries that are not copied yet prove nothing: once this run has the lock, all are there, or the run is refused.
  if (plan.hasWork && renaming?.status === 'unfinished') return [];
  if (plan.hasWork) assertOpen(service, renaming);
  if (foreign.length > 0) throw new ForeignChangesError(service, foreign);
  if (partlyReplaced.length > 0) throw new PartlyReplacedError(service, partlyReplaced);
  if (renamed.length > 0 && settings.renamedChanges === 'fail')
    throw new RenamedChangesError(service, renamed);
  const edited = toldEdits(plan, settings);
  if (edited.length > 0 && settings.editedChanges === 'fail')
    throw new EditedChangesError(service, edited, redoable(plan, edited, settings));
  const late = outOfOrder.map(({ change }) => change.id);
  if (late.length > 0 && settings.outOfOrder === 'fail') throw new OutOfOrderError(service, late);
  return edited;
}

/**
 * Refuses to add to a history that is closed, or an unfinished copy of another.
 *
 * @throws ServiceRenamedError, RenameUnfinishedError
 */
export function assertOpen(service: string, renaming: Renaming | undefined): void {
  if (renaming?.status === 'closed') throw new ServiceRenamedError(service, renaming.to);
  if (renaming?.status === 'unfinished') throw new RenameUnfinishedError(service, renaming.from);
}

/** The applied changes of a plan that were edited since, unless the settings ignore them. */
export function toldEdits(
  { stages }: Pick<ExecutionPlan, 'stages'>,
  settings: Pick<EngineSettings, 'editedChanges'>,
): readonly EditedChange[] {
  if (settings.editedChanges === 'ignore') return [];
  return editedChanges(stages.flatMap(({ changes }) => changes));
}

/** The edited change that a developer is writing, as far as one can tell: the last that was applied, with nothing to follow. */
export function redoable(
  { stages, hasWork }: Pick<ExecutionPlan, 'stages' | 'hasWork'>,
  edited: readonly EditedChange[],
  { development }: Pick<EngineSettings, 'development'>,
): EditedChange | undefined {
  if (!development.isOn || hasWork || edited.length === 0) return undefined;
  const last = lastApplied(stages.flatMap(({ changes }) => changes));
  return edited.find(({ changeId }) => changeId === last);
}
