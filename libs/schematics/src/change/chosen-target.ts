import type { Survey } from '../survey/survey.js';
import type { ChangeRequest } from './change-request.js';
import { listed, type ChosenStage } from './chosen-stage.js';
import { kindOf, type TargetKind } from './handles.js';

/** What a change alters. */
export interface ChosenTarget {
  readonly id: string;
  readonly kind: TargetKind;
}

/** The target system that is meant, or what is wrong with it. */
export function chosenTarget(
  { targets, changes }: Survey,
  { target }: ChangeRequest,
  stage: ChosenStage | undefined,
): ChosenTarget | string {
  const known = [...new Set([...targets.map(({ id }) => id), ...changes.flatMap((one) => one.target ?? [])])];
  const id = target ?? stage?.changes.at(-1)?.target ?? (known.length === 1 ? known[0] : undefined);
  if (known.length === 0 && id === undefined)
    return 'Which target system? The sources name none: add one to targetSystems of FlamingockModule.forRoot.';
  if (id === undefined) return `Which target system? --target takes one of ${listed(known)}.`;
  if (!known.includes(id))
    return known.length === 0
      ? `There is no target system "${id}" in the sources.`
      : `There is no target system "${id}"; there is ${listed(known)}.`;
  return { id, kind: kindOf(targets.find((one) => one.id === id)?.factory) };
}
