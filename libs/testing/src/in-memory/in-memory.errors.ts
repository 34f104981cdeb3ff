import { FlamingockError } from '@nestjs-flamingock/core';

/** A change used its transaction after it had ended; it forgot to await something. */
export class TransactionEndedError extends FlamingockError {
  constructor(readonly changeId: string) {
    super(
      `Change "${changeId}" issued a statement after its transaction had ended. Await every call that the change makes.`,
    );
  }
}

/** A store was handed a transaction of a database that it does not live in. */
export class ForeignTransactionError extends FlamingockError {
  constructor() {
    super(
      'The transaction runs on another database than this in-memory store. Give the store and the target system the same InMemoryDatabase.',
    );
  }
}
