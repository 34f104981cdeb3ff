import { FlamingockError } from '@nestjs-flamingock/core';

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

/** Something that cannot be done in a transaction that changes before this one share. The change is run again, in one of its own. */
export class SharedTransactionError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_SHARED_TRANSACTION';

  constructor(
    readonly changeId: string,
    /** What it was. */
    readonly what: string,
  ) {
    super(
      `${what} of change "${changeId}" needs a transaction that the change does not share: it is run again, in one ` +
        `of its own. To run it once, declare it "commit: 'own'".`,
    );
  }
}
