import type { Transaction } from '../lock/transaction.js';
import type { ChangeRun, Handles, TransactionalTargetSystem, TransactionOutcome } from './target-system.js';

/** How a change inside the transaction of a group ended. */
export type MemberOutcome =
  /**
   * What it did is part of the group's transaction. `last`: something that it set reaches to the end of the
   * transaction, so that no other change may follow.
   */
  | { readonly status: 'done'; readonly last?: boolean }
  /** Nothing of it is left, and the group can be committed without it. */
  | { readonly status: 'rolled-back'; readonly error: unknown }
  /** As `rolled-back`; it may have failed for no other reason than that it is not alone in its transaction. */
  | { readonly status: 'apart'; readonly error: unknown };

/** The open transaction of several changes that share its commit, each behind a savepoint of its own. */
export interface TransactionGroup {
  /** For the audit store, which writes in it after the last change. */
  readonly transaction: Transaction;

  /**
   * Calls `work` once, as one change of the group. One at a time; after an outcome other than `done`, or one that
   * is `last`, no other follows. Settles once the change has ended: none of its statements runs later, and what has to
   * hold at its end, such as deferred constraints, holds for it alone.
   * Rejects where the transaction has ended, or can only be rolled back as a whole.
   */
  run(change: ChangeRun, work: (handles: Handles) => Promise<void>): Promise<MemberOutcome>;
}

/** A target system that can roll back one change of a transaction, and commit the others. */
export interface GroupingTargetSystem extends TransactionalTargetSystem {
  /**
   * As {@link TransactionalTargetSystem.transaction}, for several changes: calls `work` once inside a transaction, and
   * commits if it resolves. `first`: the change that it begins for.
   */
  transactionGroup(
    first: ChangeRun,
    work: (group: TransactionGroup) => Promise<void>,
  ): Promise<TransactionOutcome>;
}

/** True for target systems whose changes can share a commit. */
export function isGrouping(target: TransactionalTargetSystem): target is GroupingTargetSystem {
  return 'transactionGroup' in target && typeof target.transactionGroup === 'function';
}
