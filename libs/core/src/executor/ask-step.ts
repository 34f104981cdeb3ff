import type { StepOptions } from '../change/change-step.js';
import { shown } from '../errors/option-names.js';
import { isVerdict, type Verdict } from '../recovery/verdict.js';
import { stepResult } from './step-result.js';
import { InvalidStepError } from './step.errors.js';

/** What the `verify` of a step has said; `error`: why it does not know. */
export interface StepAnswer {
  readonly verdict: Verdict;
  /** The step's result, where it is there and has one. */
  readonly result?: unknown;
  readonly error?: unknown;
}

/** Asks the `verify` of a step. One that fails, or says what is no answer, does not know. Never rejects. */
export async function askStep(
  changeId: string,
  step: string,
  verify: NonNullable<StepOptions<unknown>['verify']>,
): Promise<StepAnswer> {
  try {
    const said: unknown = await verify();
    if (isVerdict(said)) return { verdict: said };
    if (typeof said !== 'object' || said === null || !Object.hasOwn(said, 'applied'))
      throw new InvalidStepError(
        changeId,
        `("${step}") has a verify that says ${shown(said)}. Return a verdict ('applied', 'not-applied', 'partial', 'unknown') or { applied: result }.`,
      );
    const { applied } = said as { readonly applied: unknown };
    return { verdict: 'applied', result: stepResult(changeId, step, applied) };
  } catch (error) {
    return { verdict: 'unknown', error };
  }
}
