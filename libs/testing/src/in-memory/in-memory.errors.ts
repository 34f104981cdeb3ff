import { FlamingockError } from '@nestjs-flamingock/core';

/** A store was handed a transaction of a database that it does not live in. */
export class ForeignTransactionError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_FOREIGN_TRANSACTION';

  constructor() {
    super(
      'The transaction runs on another database than this in-memory store. Give the store and the target system the same InMemoryDatabase.',
    );
  }
}
