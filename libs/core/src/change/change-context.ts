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
  ) {}
}
