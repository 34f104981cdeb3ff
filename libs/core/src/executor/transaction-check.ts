import type { ChangeDescriptor } from '../change/change-descriptor.js';
import { isTransactional, type TransactionalTargetSystem } from '../target-system/target-system.js';
import { TransactionsUnavailableError, type TransactionObstacle } from './executor.errors.js';
import { unusable } from '../target-system/target-system.errors.js';

/**
 * Asks the target systems of transactional changes whether they can run transactions now.
 *
 * @throws TransactionsUnavailableError that lists every change for which they cannot.
 */
export async function assertTransactions(changes: readonly ChangeDescriptor[]): Promise<void> {
  const obstacles = await transactionObstacles(changes);
  if (obstacles.length > 0) throw new TransactionsUnavailableError(obstacles);
}

/**
 * What keeps transactional changes from running, one per target system.
 *
 * @throws TargetSystemUnavailableError for a target system that does not answer.
 */
export async function transactionObstacles(
  changes: readonly ChangeDescriptor[],
): Promise<TransactionObstacle[]> {
  const obstacles: TransactionObstacle[] = [];
  for (const [target, changeIds] of transactionalTargets(changes)) {
    const why = await ask(target);
    if (why !== undefined) obstacles.push({ targetSystem: target.id, changeIds, why });
  }
  return obstacles;
}

async function ask(target: TransactionalTargetSystem): Promise<string | undefined> {
  try {
    return await target.checkTransactions?.();
  } catch (cause) {
    throw unusable(target.id, cause);
  }
}

function transactionalTargets(
  changes: readonly ChangeDescriptor[],
): Map<TransactionalTargetSystem, string[]> {
  const targets = new Map<TransactionalTargetSystem, string[]>();
  for (const { id, target, transactional } of changes) {
    if (!transactional || !isTransactional(target)) continue;
    const ids = targets.get(target);
    if (ids) ids.push(id);
    else targets.set(target, [id]);
  }
  return targets;
}
