import { errorText } from '../audit/error-text.js';
import { FlamingockError, isFinal } from '../flamingock.error.js';

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

/** An object of a change was used after the change had ended. */
export class ChangeEndedError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_CHANGE_ENDED';

  constructor(readonly changeId: string) {
    super(
      `Change "${changeId}" has ended, and something that it left behind still uses what it was given. ` +
        'Await every promise inside the change.',
    );
  }
}

/** How many statements a message names. */
const MOST_TEXTS = 5;

/** A method of a change returned while statements of its own were on their way. */
export class UnawaitedStatementsError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_UNAWAITED_STATEMENTS';

  constructor(
    readonly changeId: string,
    /** The method, where it is known. */
    readonly methodName: string | undefined,
    /** The statements, shortened; empty texts where the driver does not say. */
    readonly statements: readonly string[],
  ) {
    const count = statements.length === 1 ? '1 statement was' : `${statements.length} statements were`;
    const named = statements.filter((text) => text !== '').map((text) => `\n  ${text}`);
    const more = named.length > MOST_TEXTS ? [`\n  and ${named.length - MOST_TEXTS} more`] : [];
    const method = methodName === undefined ? 'its method' : `${methodName}()`;
    super(
      `Change "${changeId}": ${method} returned while ${count} running: await them, with Promise.all where ` +
        `they are many.${[...named.slice(0, MOST_TEXTS), ...more].join('')}`,
    );
    this.hide('statements');
  }
}

/** A promise that a method of a change began failed, and nobody awaits it. */
export class UnawaitedFailureError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_UNAWAITED_FAILURE';

  constructor(
    readonly changeId: string,
    /** The method, where it is known. */
    readonly methodName: string | undefined,
    cause: unknown,
  ) {
    const method = methodName === undefined ? 'its method' : `${methodName}()`;
    super(
      `Change "${changeId}": something that ${method} began and did not await has failed: ${errorText(cause).replace(/\.$/, '')}. ` +
        'Await every promise inside the change.',
      { cause },
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
    rollbackError: unknown,
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

/** What kept a target system from being used, as an error with a remedy. */
export function unusable(targetSystem: string, cause: unknown): FlamingockError {
  return isFinal(cause) ? cause : new TargetSystemUnavailableError(targetSystem, cause);
}

/** A target system did not answer a start that had nothing to do there. */
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
      `Nothing was run, because transactions are needed that cannot be had.\n${obstacles.map(line).join('\n')}`,
    );
    this.hide('obstacles');
  }
}

function line({ targetSystem, changeIds, why }: TransactionObstacle, index: number): string {
  const ids = changeIds.map((id) => `"${id}"`).join(', ');
  return `  ${index + 1}. Target system "${targetSystem}" (${ids}): ${why}`;
}
