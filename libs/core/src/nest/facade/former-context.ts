import type {
  ConfirmedContext,
  OperationContext,
  ReasonedContext,
} from '../../operations/operation-context.js';

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

/** The same for what nobody may do without a reason. */
export type FormerReasoned = FormerContext & Pick<ReasonedContext, 'reason'>;

/** The options of an undo, of which the caller may have left out anything. */
export type AnyUndo = OperationContext &
  Pick<ConfirmedContext, 'confirm'> &
  Pick<FormerContext, 'by'> & { readonly dryRun?: boolean };

/** The same as operations take it. */
export function contextOf(former: FormerReasoned): ReasonedContext;
export function contextOf(former: FormerContext): OperationContext;
export function contextOf({ by, reason, waitMs }: FormerContext): OperationContext {
  return { actor: by, reason, waitMs };
}
