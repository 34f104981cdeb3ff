import type {
  ChangeRun,
  Handles,
  Marker,
  TransactionalTargetSystem,
  TransactionOutcome,
} from '../target-system/target-system.js';
import type { Transaction } from '../lock/transaction.js';

/** How a transaction ended, and what it proves. */
export interface Transacted {
  readonly outcome: TransactionOutcome;
  /** True where `work` was not called. */
  readonly isUnbegun: boolean;
  /** True where it held nothing of the change, see `Transaction.isEmpty`. */
  readonly wasEmpty: boolean;
}

/** Runs `work` in the target's transaction; one that could not even begin counts as rolled back. */
export async function transact(
  target: TransactionalTargetSystem,
  run: ChangeRun,
  work: (handles: Handles, tx: Transaction) => Promise<void>,
  marker?: Marker,
): Promise<Transacted> {
  const seen = { isUnbegun: true, wasEmpty: false };
  const watched = async (handles: Handles, tx: Transaction): Promise<void> => {
    seen.isUnbegun = false;
    try {
      await work(handles, tx);
    } finally {
      seen.wasEmpty = tx.isEmpty?.() ?? false;
    }
  };
  try {
    return { outcome: await target.transaction(run, watched, marker), ...seen };
  } catch (error) {
    return { outcome: { status: 'rolled-back', error }, ...seen };
  }
}
