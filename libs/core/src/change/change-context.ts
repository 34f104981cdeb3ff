import { detached } from '../runtime/async-frames.js';
import type { ReportProgress } from './change-progress.js';
import type { CompletedStep, RunStep } from './change-step.js';

/**
 * The run that a change is part of. A parameter of this type gets it.
 */
export class ChangeContext {
  constructor(
    readonly service: string,
    readonly executionId: string,
    readonly stage: string,
    readonly changeId: string,
    /** Fencing token of the lock: grows at each acquisition; hand it to systems that can compare it. */
    readonly lockToken: number,
    /** Aborts when the lock is lost, time is up, or the application shuts down. */
    readonly signal: AbortSignal,
    /**
     * Tells how far the change has come: `progress(done, total, note)`, in units of its own. Call it as often as you
     * like: it keeps the numbers, and events, log and probes have them at most once a second. `done` may exceed `total`,
     * which was counted before. What comes after the end of the change is ignored.
     *
     * @throws InvalidProgressError for numbers that are negative or none.
     */
    readonly progress: ReportProgress = () => undefined,
    /**
     * Does a part of the work of a change without a transaction: `await step('upload-feed', async () => …)`. Its
     * completion is durable in the audit store before this resolves. A later start that goes on with the change does
     * not run it again, and gives its recorded result: JSON of at most 64 KiB, or `undefined`.
     *
     * Steps run one after the other, each under a name of its own. What has an effect belongs in a step: code outside
     * of steps runs again each time. A step that throws ends the change, even where the error is caught.
     */
    readonly step: RunStep = async (_name, work) => work(),
    private readonly completed: () => readonly CompletedStep[] = () => [],
  ) {}

  /** The steps that are recorded as completed, in the order in which they were. A `@RollbackExecution` has them too. */
  get steps(): readonly CompletedStep[] {
    return this.completed();
  }

  /**
   * Calls `work` as no part of any change, for what shall go on after it: a timer, a subscription, a
   * connection of the application. What is written there joins no transaction, and is not taken back with the change.
   */
  static detached<T>(work: () => T): T {
    return detached(work);
  }

  /** {@link ChangeContext.detached} */
  detached<T>(work: () => T): T {
    return detached(work);
  }
}
