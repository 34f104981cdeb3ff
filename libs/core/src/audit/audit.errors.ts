import { FlamingockError } from '../flamingock.error.js';
import { errorText } from './error-text.js';

/** The audit store could not be read or written; what needed it did not run. */
export class AuditStoreUnavailableError extends FlamingockError {
  constructor(
    readonly service: string,
    cause: unknown,
  ) {
    super(
      `The audit store of service "${service}" cannot be used: ${errorText(cause)}. Nothing more was run. ` +
        'Check that its database is up and that this application may read and write it, then start again.',
      { cause },
    );
  }
}

/** How a change ended. */
export type ChangeEffect = 'executed' | 'failed' | 'rolled-back';

const EFFECTS: Readonly<Record<ChangeEffect, string>> = {
  executed: 'DID execute',
  failed: 'failed',
  'rolled-back': 'failed and was rolled back',
};

/** A change ran, and how it ended could not be recorded. */
export class ChangeUnrecordedError extends FlamingockError {
  constructor(
    readonly changeId: string,
    readonly effect: ChangeEffect,
    cause: unknown,
  ) {
    super(
      `Change "${changeId}" ${EFFECTS[effect]}, but that could not be recorded: ` +
        `${errorText(cause)}. ${effect === 'rolled-back' ? '' : 'It was not rolled back. '}Bring the audit store back and ` +
        'start again: the next run decides from what is recorded, and asks you where it cannot know.',
      { cause },
    );
  }
}

/** The commit of a change was sent, and nobody could be asked whether it took effect. */
export class ChangeOutcomeUnknownError extends FlamingockError {
  constructor(
    readonly changeId: string,
    cause: unknown,
  ) {
    super(
      `Whether change "${changeId}" was committed is not known: the answer to its commit was lost, and ` +
        `asking again failed: ${errorText(cause)}. Nothing more was recorded or rolled back. Start again ` +
        'once its database is back: the next run finds out by itself.',
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
