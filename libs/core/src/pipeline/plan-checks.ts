import { editedChanges, type EditedChange } from './change-identity.js';
import type { EngineSettings } from './engine-settings.js';
import type { ExecutionPlan } from './execution-plan.js';
import { EditedChangesError, ForeignChangesError, RenamedChangesError } from './identity.errors.js';
import { OutOfOrderError } from './pipeline.errors.js';

/**
 * Refuses a plan that must not be run as the settings are.
 *
 * @returns the applied changes that were edited since, unless nobody wants to know.
 * @throws ForeignChangesError, RenamedChangesError, EditedChangesError, OutOfOrderError
 */
export function checkPlan(
  plan: ExecutionPlan,
  settings: Pick<EngineSettings, 'outOfOrder' | 'renamedChanges' | 'editedChanges'>,
): readonly EditedChange[] {
  const { service, foreign, renamed, outOfOrder } = plan;
  if (foreign.length > 0) throw new ForeignChangesError(service, foreign);
  if (renamed.length > 0 && settings.renamedChanges === 'fail')
    throw new RenamedChangesError(service, renamed);
  const edited = toldEdits(plan, settings);
  if (edited.length > 0 && settings.editedChanges === 'fail') throw new EditedChangesError(service, edited);
  const late = outOfOrder.map(({ change }) => change.id);
  if (late.length > 0 && settings.outOfOrder === 'fail') throw new OutOfOrderError(service, late);
  return edited;
}

/** The applied changes of a plan that were edited since, unless nobody wants to know. */
export function toldEdits(
  { stages }: Pick<ExecutionPlan, 'stages'>,
  settings: Pick<EngineSettings, 'editedChanges'>,
): readonly EditedChange[] {
  if (settings.editedChanges === 'ignore') return [];
  return editedChanges(stages.flatMap(({ changes }) => changes));
}
