/**
 * What the `verify` of a step says about it, see `Verdict`. A step whose result is used gives it back with `{ applied }`.
 */
export type StepVerdict<T> =
  | 'not-applied'
  | 'partial'
  | 'unknown'
  | (undefined extends T ? 'applied' : never)
  | {
      /** All of it is there, and this is its result. */
      readonly applied: T;
    };

/** What may be done about a step beside its work. */
export interface StepOptions<T> {
  /** Takes the step back, by its result, where the change fails later on. */
  readonly undo?: (result: T) => unknown;
  /** Reads, and never writes, how much of the step is there. Asked where the history cannot know. */
  readonly verify?: () => StepVerdict<T> | Promise<StepVerdict<T>>;
}

/**
 * How a change does a part of its work whose completion is durable, see {@link ChangeContext.step}.
 *
 * @returns what `work` returns, as JSON has it.
 * @throws what `work` throws; StepsUnavailableError outside the `@Execution` method of a change without a transaction;
 * InvalidStepError; DuplicateStepError; StepOverlapError; StepResultError; UnsettledStepError.
 */
export type RunStep = <T>(
  name: string,
  work: () => T | Promise<T>,
  options?: StepOptions<NoInfer<T>>,
) => Promise<T>;

/** A step that is recorded as completed. */
export interface CompletedStep {
  readonly name: string;
  /** What it has returned: JSON, or `undefined`. */
  readonly result: unknown;
  /** True where its `undo` has taken it back. */
  readonly isUndone: boolean;
}
