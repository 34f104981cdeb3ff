import { FlamingockError } from '../flamingock.error.js';
import { errorText } from './error-text.js';

/** The audit store could not be read or written before anything ran. */
export class AuditStoreUnavailableError extends FlamingockError {
  constructor(
    readonly service: string,
    cause: unknown,
  ) {
    super(
      `The audit store of service "${service}" cannot be used: ${errorText(cause)}. Nothing was run. ` +
        'Check that its database is up and that this application may read and write it, then start again.',
      { cause },
    );
  }
}

/** A change ran, and how it ended could not be recorded. */
export class ChangeUnrecordedError extends FlamingockError {
  constructor(
    readonly changeId: string,
    readonly executed: boolean,
    cause: unknown,
  ) {
    super(
      `Change "${changeId}" ${executed ? 'DID execute' : 'failed'}, but that could not be recorded: ` +
        `${errorText(cause)}. It was not rolled back. Bring the audit store back and start again: the ` +
        'next run decides from what is recorded, and asks you where it cannot know.',
      { cause },
    );
  }
}

/** The end of the history is not as this library wrote it. */
export class AuditTamperedError extends FlamingockError {
  constructor(
    readonly service: string,
    fault: string,
  ) {
    super(
      `The audit history of service "${service}" was altered: ${fault}. Nothing was run. Compare the ` +
        'audit tables with a backup and restore what was changed before you start again.',
    );
  }
}
