import type { CompletedStep, RunStep } from '../change/change-step.js';
import { StepsUnavailableError } from './step.errors.js';

/** What a method of a change has of steps. */
export interface StepAccess {
  /** How it does steps in a call with this signal. */
  within(signal: AbortSignal): RunStep;
  /** Those that are completed by now. */
  readonly completed: () => readonly CompletedStep[];
  /** Calls the method. */
  around(method: () => Promise<void>): Promise<void>;
  /** What follows a failure of the method while what it was given still works, if anything does. Never rejects. */
  compensation?(): ((error: unknown) => Promise<void>) | undefined;
}

/** Steps are refused, and can be read. `where`: in words that follow `in`. */
export function noSteps(
  changeId: string,
  where: string,
  completed: readonly CompletedStep[] = [],
): StepAccess {
  const refuse: RunStep = () => Promise.reject(new StepsUnavailableError(changeId, where));
  return { within: () => refuse, completed: () => completed, around: (method) => method() };
}
