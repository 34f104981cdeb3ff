import type {
  ChangeRun,
  Handles,
  Marker,
  Transaction,
  TransactionalTargetSystem,
  TransactionOutcome,
} from '../target-system/target-system.js';

/** Runs `work` in the target's transaction; one that could not even begin counts as rolled back. */
export async function transact(
  target: TransactionalTargetSystem,
  run: ChangeRun,
  work: (handles: Handles, tx: Transaction) => Promise<void>,
  marker?: Marker,
): Promise<TransactionOutcome> {
  try {
    return await target.transaction(run, work, marker);
  } catch (error) {
    return { status: 'rolled-back', error };
  }
}
