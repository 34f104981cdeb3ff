import { FlamingockError } from '../flamingock.error.js';

/** A method of a change did not end in time. */
export class ChangeTimeoutError extends FlamingockError {
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
  constructor(readonly changeId: string) {
    super(
      `Change "${changeId}" has ended, and something that it left behind still uses what it was given. ` +
        'Await every promise inside the change.',
    );
  }
}
