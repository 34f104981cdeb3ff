import { FlamingockError } from '@nestjs-flamingock/core';
import { messageOf } from './database/driver-error.js';

/** A transaction of another DataSource was handed to an audit store. */
export class ForeignTransactionError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_FOREIGN_TRANSACTION';

  constructor() {
    super(
      `The transaction does not belong to the DataSource of this audit store. ` +
        `Pass the transaction of a target system over the same DataSource, or none.`,
    );
  }
}

/** A change tried to begin, commit or roll back the transaction that the engine ends for it. */
export class TransactionControlError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_TRANSACTION_CONTROL';

  constructor(
    readonly changeId: string,
    readonly statement: string,
  ) {
    super(
      `Change "${changeId}" may not ${statement} its own transaction: it commits when the method ` +
        `resolves and rolls back when it throws. Use manager.transaction() for a nested one, or ` +
        `declare the change "transactional: false".`,
    );
  }
}

/** A nested transaction did not end before what surrounds it did. */
export class NestedTransactionError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_NESTED_TRANSACTION';

  constructor(readonly changeId: string) {
    super(
      `A nested transaction of change "${changeId}" did not end before the transaction around it. ` +
        `Await each nested transaction before the next one starts and before the method returns.`,
    );
  }
}

/** A statement that the server does not run inside a transaction, or that would end it. */
export class NonTransactionalStatementError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_NON_TRANSACTIONAL_STATEMENT';

  constructor(
    readonly changeId: string,
    /** Its first words. */
    readonly statement: string,
    why: string,
    options?: ErrorOptions,
  ) {
    super(
      `${statement} cannot be part of the transaction of change "${changeId}": ${why}. ` +
        `Declare the change "transactional: false", and give it nothing else to do.`,
      options,
    );
  }
}

/** The transaction of a change was ended by one of its statements before the change had ended. */
export class ImplicitCommitError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_IMPLICIT_COMMIT';

  constructor(
    readonly changeId: string,
    cause?: unknown,
  ) {
    super(
      `A statement of change "${changeId}" ended its transaction, which no statement may do: what ran up to ` +
        `there was committed or is lost, and what ran after it stays. Look for a procedure that changes tables ` +
        `or commits, and for COMMIT or ROLLBACK on the driver's connection. See what took effect, and declare ` +
        `the change "transactional: false".`,
      { cause },
    );
  }
}

/** The database took the transaction of a change back before the change had ended. */
export class TransactionLostError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_TRANSACTION_LOST';

  constructor(
    readonly changeId: string,
    cause: unknown,
  ) {
    super(
      `The database has rolled back the transaction of change "${changeId}": ${messageOf(cause)}. ` +
        `Let that error end the change instead of catching it.`,
      { cause },
    );
  }
}

/** The server answered the commit of a change with a rollback. */
export class CommitRefusedError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_COMMIT_REFUSED';

  constructor(readonly changeId: string) {
    super(
      `The server rolled change "${changeId}" back instead of committing it, because one of its statements had ` +
        `failed. Await every statement, and let its error end the change.`,
    );
  }
}

/** A change outside transactions left a transaction open; it was rolled back. */
export class OpenTransactionError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_OPEN_TRANSACTION';

  constructor(readonly changeId: string) {
    super(
      `Change "${changeId}" left a transaction open on its query runner, which was rolled back. ` +
        `Commit it before the method returns, or declare the change transactional.`,
    );
  }
}
