import type { RecordedSteps } from '../audit/step-records.js';
import { stepBegun, type StepEntry } from './step-decision.js';

/** How far one step of a change has come, as far as history and code say so. */
export interface StepState {
  readonly name: string;
  /** `undone`: it was taken back. `may-have-begun`: it may be there in part, and nothing is recorded of its end. */
  readonly state: 'done' | 'undone' | 'may-have-begun' | 'not-begun';
}

/**
 * The steps of an execution that was not ended. `names`: those that the code calls, as far as it says so; of these the
 * first that is not recorded is the one that may have begun, where it is not known which.
 */
export function stepStates(
  entry: StepEntry,
  recorded: RecordedSteps,
  names: readonly string[] = [],
): StepState[] {
  const known = recorded.steps.map(({ name, state }): StepState => {
    if (state === 'undoing') return { name, state: 'may-have-begun' };
    return { name, state: state ?? 'done' };
  });
  const begun = stepBegun(entry, recorded);
  const others = names.filter((name) => !known.some((one) => one.name === name));
  if (begun && !others.includes(begun)) others.unshift(begun);
  return [
    ...known,
    ...others.map((name, at): StepState => {
      const hasBegun = begun === name || (begun === '' && at === 0);
      return { name, state: hasBegun ? 'may-have-begun' : 'not-begun' };
    }),
  ];
}

const WORDS = {
  done: 'done',
  undone: 'taken back',
  'may-have-begun': 'may have begun',
  'not-begun': 'not begun',
} as const satisfies Record<StepState['state'], string>;

/** The steps by how far they have come, in words that may follow a colon. */
export function describeSteps(steps: readonly StepState[]): string {
  const parts = Object.entries(WORDS).flatMap(([state, word]) => {
    const names = steps.filter((step) => step.state === state).map(({ name }) => `"${name}"`);
    return names.length > 0 ? [`${word} ${names.join(', ')}`] : [];
  });
  return parts.length > 0 ? parts.join('; ') : 'none is done';
}
