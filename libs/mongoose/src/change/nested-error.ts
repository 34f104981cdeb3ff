import { NestedTransactionError } from '@nestjs-flamingock/core';

/** The error of a change in which a transaction inside its own came to nothing. `what` became of it, in words. */
export function nestedError(changeId: string, what: string, options?: ErrorOptions): NestedTransactionError {
  const isPart = "in MongoDB it is part of the change's transaction, which cannot go on without it";
  return new NestedTransactionError(changeId, `${what}: ${isPart}`, options);
}
