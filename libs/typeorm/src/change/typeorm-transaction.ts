import { ForeignTransactionError } from '@nestjs-flamingock/core';
import type { Transaction } from '@nestjs-flamingock/core/adapter';
import type { DataSource } from 'typeorm';
import type { ChangeTransaction } from '../database/database.js';

/** What a transaction belongs to: a change, or several. */
interface Owner {
  readonly transaction: ChangeTransaction;
  /** Ends the part of its changes in it. */
  seal(): Promise<void>;
}

/** A change's open transaction, which an audit store over the same DataSource may write in. */
export class TypeOrmTransaction implements Transaction {
  constructor(
    readonly resource: DataSource,
    private readonly owner: Owner,
  ) {}

  /**
   * Ends the change's part of the transaction, and gives what writes the rest of it:
   * nothing of the change comes after that, or in between.
   *
   * @throws NestedTransactionError, ImplicitCommitError, TransactionLostError when the
   * change did not leave the transaction as it found it.
   */
  async seal(): Promise<ChangeTransaction> {
    await this.owner.seal();
    return this.owner.transaction;
  }
}

/** @throws ForeignTransactionError when `tx` is not a transaction of `resource`. */
export function transactionOn(resource: DataSource, tx: Transaction): TypeOrmTransaction {
  if (tx instanceof TypeOrmTransaction && tx.resource === resource) return tx;
  throw new ForeignTransactionError('DataSource');
}
