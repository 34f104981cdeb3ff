import { TransactionControlError, type NestedTransactionError } from '@nestjs-flamingock/core';
import type { mongo } from 'mongoose';
import type { ChangeSession } from './change-session.js';
import { nestedError } from './nested-error.js';
import { sessionView } from './session-view.js';

type Work<T> = (session: mongo.ClientSession) => Promise<T>;

/**
 * The change's session for one user of it. MongoDB has no transactions inside others: one
 * that is begun here is part of the change's, commits with it, and takes it along when it
 * is aborted.
 */
export function nestedSession(change: ChangeSession): mongo.ClientSession {
  const { changeId, session } = change;
  const transaction = {};
  let isOpen = false;

  const begin = (): void => {
    change.assertRunning();
    if (isOpen) throw controlError(changeId, 'startTransaction');
    isOpen = true;
    change.open(transaction);
  };
  const end = (method: string, failure?: NestedTransactionError): void => {
    change.assertRunning();
    if (!isOpen) throw controlError(changeId, method);
    isOpen = false;
    change.close(transaction, failure);
  };
  const abort = () => end('abortTransaction', nestedError(changeId, 'was aborted'));
  const leave = async (): Promise<void> => {
    if (isOpen) abort();
  };

  const members = {
    get hasEnded(): boolean {
      change.assertRunning();
      return session.hasEnded;
    },
    startTransaction: begin,
    commitTransaction: async () => end('commitTransaction'),
    abortTransaction: async () => abort(),
    async withTransaction<T>(work: Work<T>): Promise<T> {
      begin();
      try {
        const result = await work(view);
        end('commitTransaction');
        return result;
      } catch (cause) {
        if (isOpen) end('abortTransaction', nestedError(changeId, 'failed', { cause }));
        throw cause;
      }
    },
    endSession: leave,
    [Symbol.asyncDispose]: leave,
  };
  const view = sessionView(session, members, change.countingOperations());
  return view;
}

function controlError(changeId: string, method: string): TransactionControlError {
  const instead = 'Declare the change "transactional: false" to run transactions of its own.';
  return new TransactionControlError(changeId, `call ${method} on`, instead);
}
