import type { OperationContext } from '../../operations/operation-context.js';

/** Who, why and how long to wait, as requests had it before operations took an {@link OperationContext}. */
export interface FormerContext {
  /** Why; recorded. */
  readonly reason?: string;
  /** The name of a human; recorded. */
  readonly by?: string;
  /**
   * Milliseconds to wait for another holder of a lock.
   *
   * @default `lock.waitMs`
   */
  readonly waitMs?: number;
}

/** The same as operations take it. */
export function contextOf({ by, reason, waitMs }: FormerContext): OperationContext {
  return { actor: by, reason, waitMs };
}
