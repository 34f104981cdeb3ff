import { TransactionControlError, TransactionLostError } from '@nestjs-flamingock/core';
import { messageOf } from './driver-error.js';

/** The error of a change that sends a statement which begins or ends its transaction. */
export function controlError(changeId: string, statement: string): TransactionControlError {
  const instead = 'Use manager.transaction() for a nested one, or declare the change "transactional: false".';
  return new TransactionControlError(changeId, statement, instead);
}

/** The error of a change whose transaction the database has rolled back because of `cause`. */
export function lostError(changeId: string, cause: unknown): TransactionLostError {
  return new TransactionLostError(changeId, messageOf(cause), undefined, { cause });
}
