import type { AuditEntry } from '../audit/audit-entry.js';
import { readMetadata } from '../audit/entry-metadata.js';
import {
  executionBehind,
  mayHaveSteps,
  type RecordedSteps,
  type StoredSteps,
} from '../audit/step-records.js';

/** The part of a change's last entry that says what its steps are worth. */
export type StepEntry = Pick<AuditEntry, 'state' | 'metadata'>;

/**
 * The steps from which the next run can go on with the execution behind `entry`. None where another execution has left
 * them, or where a rollback method may have taken back what they say.
 */
export function stepsToGoOnFrom(
  entry: AuditEntry,
  recorded: StoredSteps | undefined,
): StoredSteps | undefined {
  if (!mayHaveSteps(entry)) return undefined;
  const execution = executionBehind(entry);
  if (recorded?.execution === execution) return recorded.isRolledBack ? undefined : recorded;
  const isUnbegun = readMetadata(entry).steps === '';
  return isUnbegun ? { execution, steps: [], areUnbegun: true, version: 0 } : undefined;
}

/** The step that may be there in part: its name, empty where it is not known which; `undefined`: none. */
export function stepInDoubt(entry: StepEntry, steps: RecordedSteps): string | undefined {
  return steps.steps.find(({ state }) => state === 'undoing')?.name ?? stepBegun(entry, steps);
}

/** As {@link stepInDoubt}, for steps of which nothing is recorded but that they may have begun. */
export function stepBegun(
  { state, metadata }: StepEntry,
  { steps, areUnbegun }: RecordedSteps,
): string | undefined {
  if (areUnbegun) return undefined;
  const { inFlight } = readMetadata({ metadata });
  if (inFlight === undefined) return state === 'STARTED' ? '' : undefined;
  return steps.some(({ name }) => name === inFlight) ? undefined : inFlight;
}

/** True where nobody but a person can tell what became of that step, as far as it was asked. */
export function isStepUnsettled({ metadata }: StepEntry): boolean {
  const { inFlight, verdict } = readMetadata({ metadata });
  return inFlight !== undefined && verdict !== undefined;
}
