import type { TransactionPart } from '../database/database.js';
import type { ChangeSession } from './change-session.js';

/**
 * Takes back what one change of a group has done.
 *
 * @throws `error`, the change's own, where the transaction has ended, or has to.
 */
export async function takeBack(
  session: ChangeSession,
  part: TransactionPart,
  error: unknown,
): ReturnType<TransactionPart['rollBack']> {
  try {
    await session.abandon();
    return await part.rollBack();
  } catch {
    throw error;
  }
}
