import { errorText } from '../errors/error-text.js';
import { FlamingockError } from '../errors/flamingock.error.js';

/** How many statements a message names. */
const MOST_TEXTS = 5;

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

/** A method of a change returned while statements that it sent were on their way. */
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

/** A promise that a method of a change began was rejected, and the change does not await it. */
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
