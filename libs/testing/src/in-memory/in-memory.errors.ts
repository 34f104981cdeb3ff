import { FlamingockError } from '@nestjs-flamingock/core';

/** A record that a transaction wrote was written by another writer before the commit; all of it was taken back. */
export class InMemoryConflictError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_IN_MEMORY_CONFLICT';

  constructor(
    readonly kind: string,
    readonly key: string,
  ) {
    super(`Record "${key}" of kind "${kind}" was written by another writer before the commit. Start again.`);
  }
}
