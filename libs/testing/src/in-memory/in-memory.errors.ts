import { FlamingockError } from '@nestjs-flamingock/core';

/** A record that a transaction wrote was written by another writer before the commit; all of it was taken back. */
export class ConflictingWriteError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_CONFLICTING_WRITE';

  constructor(
    readonly kind: string,
    readonly key: string,
  ) {
    super(`Record "${key}" of kind "${kind}" was written by another writer before the commit. Start again.`);
  }
}

/** A store was handed a transaction of a database that it does not live in. */
export class ForeignTransactionError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_FOREIGN_TRANSACTION';

  constructor() {
    super(
      'The transaction runs on another database than this in-memory store. Give the store and the target system the same InMemoryDatabase.',
    );
  }
}
