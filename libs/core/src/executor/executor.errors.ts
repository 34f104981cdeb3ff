import { errorText } from '../errors/error-text.js';
import { FlamingockError } from '../errors/flamingock.error.js';
import { VERDICTS, type Verdict } from '../recovery/verdict.js';

/** A method of a change did not end in time. */
export class ChangeTimeoutError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_CHANGE_TIMEOUT';

  constructor(
    readonly changeId: string,
    readonly timeoutMs: number,
  ) {
    super(
      `Change "${changeId}" did not end within ${timeoutMs} ms. Raise timeoutMs in its @Change, or ` +
        'timeouts.changeMs (FLAMINGOCK_CHANGE_TIMEOUT_MS), if it needs more.',
    );
  }
}

/** The rollback of a change failed too; keeps both failures. */
export class RollbackFailedError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_ROLLBACK_FAILED';

  constructor(
    readonly changeId: string,
    /** What the execution threw. */
    readonly executionError: unknown,
    /** What the rollback threw. */
    readonly rollbackError: unknown,
  ) {
    super(
      `The rollback of change "${changeId}" failed: ${errorText(rollbackError)}\n` +
        `It was to take back: ${errorText(executionError)}`,
    );
  }
}

/** A change, or its undo, took effect only in part, and what did stays. */
export class PartlyAppliedError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_PARTLY_APPLIED';

  constructor(
    readonly changeId: string,
    /** What its target system recorded. */
    readonly detail: string,
  ) {
    super(
      `Change "${changeId}" took effect only in part, as its target system records: ${detail}. Complete it ` +
        'or take it back by hand, then record which of the two you did.',
    );
  }
}

/** The `@Verify()` of a change returned something else than a verdict. */
export class InvalidVerdictError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_INVALID_VERDICT';

  constructor(
    readonly changeId: string,
    readonly methodName: string,
    given: string,
  ) {
    super(
      `${methodName}() of change "${changeId}", its @Verify(), returned ${given}. Return one of ` +
        `${VERDICTS.map((verdict) => `'${verdict}'`).join(', ')}.`,
    );
  }
}

/** A method of a change has ended, and its `@Verify()` says that it did not do what it should. */
export class VerificationFailedError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_VERIFICATION_FAILED';

  constructor(
    readonly changeId: string,
    readonly methodName: string,
    readonly verdict: Verdict,
    readonly expected: Verdict,
  ) {
    super(
      `${methodName}() of change "${changeId}" has ended, and its @Verify() says "${verdict}" where it should say ` +
        `"${expected}". Correct the one that is wrong.`,
    );
  }
}

/** The `@Verify()` of a change, asked what became of it, could not settle it. */
export class UnsettledByVerifyError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_UNSETTLED_BY_VERIFY';

  constructor(
    readonly changeId: string,
    readonly verdict: Verdict,
    options?: ErrorOptions,
  ) {
    const why = options?.cause === undefined ? '' : `: ${errorText(options.cause)}`;
    super(`The @Verify() of change "${changeId}" says "${verdict}"${why}`, options);
  }
}

/** A target system, or a change that is asked for drift, did not answer a start that had nothing to do there. */
export class LookTimeoutError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_LOOK_TIMEOUT';

  constructor(readonly waitedMs: number) {
    super(`there was no answer within ${waitedMs} ms`);
  }
}

/** A target system that cannot run transactions, and the changes that need them. */
export interface TransactionObstacle {
  readonly targetSystem: string;
  readonly changeIds: readonly string[];
  /** What keeps it from running them, and the remedy. */
  readonly why: string;
}

/** Changes are transactional, and their target systems cannot run transactions now. Lists all of them. */
export class TransactionsUnavailableError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_TRANSACTIONS_UNAVAILABLE';

  constructor(readonly obstacles: readonly TransactionObstacle[]) {
    super(
      `Nothing was run: pending changes need transactions that these target systems cannot run now.\n${obstacles.map(line).join('\n')}`,
    );
    this.hide('obstacles');
  }
}

function line({ targetSystem, changeIds, why }: TransactionObstacle, index: number): string {
  const ids = changeIds.map((id) => `"${id}"`).join(', ');
  return `  ${index + 1}. Target system "${targetSystem}" (${ids}): ${why}`;
}
