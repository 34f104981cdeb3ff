import { namesItsSystem } from '../audit/audit.errors.js';
import { errorText } from '../errors/error-text.js';
import { FlamingockError } from '../errors/flamingock.error.js';

/** A target system could not be used to find out, or to prove, what became of its changes. */
export class TargetSystemUnavailableError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_TARGET_SYSTEM_UNAVAILABLE';

  constructor(
    readonly targetSystem: string,
    cause: unknown,
  ) {
    super(
      `Target system "${targetSystem}" cannot be used: ${errorText(cause)}. The change that needs it did not ` +
        'run. Check that it is up and that this application may write to it, then start again.',
      { cause },
    );
  }
}

/** The system as it is cannot prove what became of a transactional change. Nothing was run. */
export class TransactionsUnsupportedError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_TRANSACTIONS_UNSUPPORTED';

  constructor(
    readonly targetSystem: string,
    /** Why, and the remedy. */
    readonly objection: string,
  ) {
    super(`Target system "${targetSystem}" runs no transactional changes: ${objection}`);
  }
}

/** What kept a target system from being used, as an error with a remedy. */
export function unusable(targetSystem: string, cause: unknown): FlamingockError {
  return namesItsSystem(cause) ? cause : new TargetSystemUnavailableError(targetSystem, cause);
}

/** The `@Verify()` of a change, which may only read, did something else. It was not sent. */
export class ReadOnlyStatementError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_READ_ONLY_STATEMENT';

  constructor(
    readonly changeId: string,
    /** What it was: the first word of a statement, the name of a command or of an operation. */
    readonly statement: string,
    /** How to read there, in a sentence. */
    remedy: string,
  ) {
    super(
      `${statement} was not sent: the @Verify() of change "${changeId}" may only read. ${remedy} Leave what is to be ` +
        'altered to its other methods.',
    );
  }
}
