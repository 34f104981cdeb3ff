/** How long a system may take, in milliseconds. */
export interface Limits {
  /** One answer: of the audit store, and to what is asked of a target system. */
  readonly answerMs: number;
  /** The end of a change's transaction, from the last statement of the change to the answer to its COMMIT. */
  readonly commitMs: number;
  /** A rollback. After it the connection is closed, which rolls back as well. */
  readonly rollbackMs: number;
  /** How long a write waits for an open transaction of a former holder that cannot be ended. */
  readonly takeOverMs: number;
}

/** Fills in the defaults, which `FlamingockSettings` documents. */
export function resolveLimits({
  answerMs = 60_000,
  commitMs = answerMs,
  rollbackMs = 2_000,
  takeOverMs = answerMs / 2,
}: { readonly [K in keyof Limits]?: Limits[K] | undefined } = {}): Limits {
  return { answerMs, commitMs, rollbackMs, takeOverMs };
}

/** An adapter has to be earlier than the engine by this part of a limit, and by no more than so many milliseconds. */
const MARGIN = { part: 1 / 10, atMostMs: 1_000 };

/** The limits that an adapter keeps: it has closed a connection without an answer before the engine goes on without it. */
export function adapterLimits({ answerMs, commitMs, rollbackMs, takeOverMs }: Limits): Limits {
  return { answerMs: inner(answerMs), commitMs: inner(commitMs), rollbackMs, takeOverMs };
}

function inner(ms: number): number {
  return ms - Math.min(ms * MARGIN.part, MARGIN.atMostMs);
}
