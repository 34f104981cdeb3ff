import { errorText } from '../errors/error-text.js';
import { FlamingockError } from '../errors/flamingock.error.js';
import type { Verdict } from '../recovery/verdict.js';

/** Steps were asked for where there are none. */
export class StepsUnavailableError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_STEPS_UNAVAILABLE';

  constructor(
    readonly changeId: string,
    /** Where, in words that follow `in`. */
    where: string,
  ) {
    super(
      `context.step() of change "${changeId}" was called in ${where}. Steps are for @Execution methods of changes ` +
        'without a transaction: what is in a transaction is there as a whole or not at all, so call the work itself.',
    );
  }
}

/** A step was called with what makes no step. It was not run. */
export class InvalidStepError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_INVALID_STEP';

  constructor(
    readonly changeId: string,
    /** What is wrong, and what to write, as a sentence goes on. */
    problem: string,
  ) {
    super(`A step of change "${changeId}" ${problem}`);
  }
}

/** Two steps of a change have one name, so that nobody could tell which of them is completed. */
export class DuplicateStepError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_DUPLICATE_STEP';

  constructor(
    readonly changeId: string,
    readonly step: string,
  ) {
    super(
      `Change "${changeId}" calls its step "${step}" a second time. Give each step a name of its own; in a loop, ` +
        'put what it is about into the name.',
    );
  }
}

/** A step was called while another one was running, or the method ended while it was. */
export class StepOverlapError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_STEP_OVERLAP';

  constructor(
    readonly changeId: string,
    /** The step that was running. */
    readonly running: string,
    /** The step that was called meanwhile; `undefined`: the method ended. */
    readonly step?: string,
  ) {
    const what = step === undefined ? 'its method ended' : `its step "${step}" was called`;
    super(
      `Change "${changeId}": ${what} while its step "${running}" was running. Steps run one after the other: ` +
        'await each of them before the next, and call none inside another. One step may do several things at a time.',
    );
  }
}

/** What a step returned cannot be recorded. Its work was done, and its completion is not known to the history. */
export class StepResultError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_STEP_RESULT';

  constructor(
    readonly changeId: string,
    readonly step: string,
    /** What is wrong with it, as a sentence goes on. */
    problem: string,
  ) {
    super(
      `What step "${step}" of change "${changeId}" returned cannot be recorded: ${problem}. Return plain JSON, as small ` +
        'as what later code needs, such as an id under which the rest can be found again.',
    );
  }
}

/** A step that may have begun in an earlier run could not be settled, so that the change did not go on. */
export class UnsettledStepError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_UNSETTLED_STEP';

  constructor(
    readonly changeId: string,
    /** Empty where the change did not come to it. */
    readonly step: string,
    /** What its `verify` has said; `undefined`: it has none. */
    readonly verdict: Verdict | undefined,
    options?: ErrorOptions,
  ) {
    const why = options?.cause === undefined ? '' : `: ${errorText(options.cause)}`;
    super(`${saying(changeId, step, verdict)}${why}`, options);
  }
}

function saying(changeId: string, step: string, verdict: Verdict | undefined): string {
  if (step === '') return `Change "${changeId}" could not go on to the step that may have begun`;
  return verdict === undefined
    ? `Step "${step}" of change "${changeId}" may have begun, and has no verify that could tell how much of it is there`
    : `The verify of step "${step}" of change "${changeId}" says "${verdict}"`;
}
