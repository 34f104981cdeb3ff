import { ForeignTransactionError } from '@nestjs-flamingock/core';
import type { Transaction } from '@nestjs-flamingock/core/adapter';
import type { Connection, mongo } from 'mongoose';
import type { ChangeSession } from './change-session.js';

/** A change's open transaction, which an audit store over the same connection may write in. */
export class MongooseTransaction implements Transaction {
  constructor(
    readonly resource: Connection,
    private readonly change: ChangeSession,
  ) {}

  /**
   * Ends the change's part of the transaction, and gives the session for the rest of it:
   * nothing of the change comes after that, or in between.
   *
   * @throws NestedTransactionError, OperationHangsError
   */
  async seal(): Promise<mongo.ClientSession> {
    await this.change.seal();
    return this.change.session;
  }
}

/** @throws ForeignTransactionError when `tx` is not a transaction of `resource`. */
export function transactionOn(resource: Connection, tx: Transaction): MongooseTransaction {
  if (tx instanceof MongooseTransaction && tx.resource === resource) return tx;
  throw new ForeignTransactionError('Mongoose connection');
}
