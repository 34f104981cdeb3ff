import { partOf, within } from '../runtime/async-frames.js';

/** The step of a change as part of which something happens. */
export interface StepScope {
  readonly name: string;
  /** Which of its functions was called. */
  readonly calls: 'work' | 'undo' | 'verify';
  /** How often the step was taken back before, in the execution that goes on. */
  readonly undone: number;
}

// Of the process, as changes are.
const STEPS = {};

/** The step that the code which calls this is part of, be it over. For adapters. */
export function currentStep(): StepScope | undefined {
  return partOf(STEPS) as StepScope | undefined;
}

/** Calls `work` as part of a step. */
export function insideStep<T>(step: StepScope, work: () => T): T {
  return within(STEPS, step, work, () => undefined);
}
