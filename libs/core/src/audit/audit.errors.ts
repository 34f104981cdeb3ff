import { FlamingockError, isFinal } from '../errors/flamingock.error.js';
import { cliCommand } from '../errors/commands.js';
import { errorText } from '../errors/error-text.js';

/** The audit store could not be read or written; what needed it did not run. */
export class AuditStoreUnavailableError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_AUDIT_STORE_UNAVAILABLE';
  override readonly isTransient = true;

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

/** True for an error that says by itself what cannot be used, or what else is wrong: it is passed on as it is. */
export function namesItsSystem(cause: unknown): cause is FlamingockError {
  return isFinal(cause) || cause instanceof AuditStoreUnavailableError;
}

/** Why the store failed, for messages that say themselves what cannot be recorded. */
export function storeFailure(error: unknown): unknown {
  return error instanceof AuditStoreUnavailableError ? error.cause : error;
}

/** The database of the audit store has no characters for a text, or no room. Trying again does not help. */
export class UnstorableTextError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_UNSTORABLE_TEXT';

  constructor(cause: unknown) {
    super(
      `The database of the audit store cannot keep a text of an entry: ${errorText(cause)}. Write author, ` +
        'stage, ids and names of the change in characters that its encoding has, or keep the history in a ' +
        'database whose encoding is UTF-8.',
      { cause },
    );
  }
}

/** The last entry of a change has a word that this version does not know: a newer one wrote it. */
export class NewerEntryError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_NEWER_ENTRY';

  constructor(
    readonly changeId: string,
    readonly seq: number,
    /** The word, with what it is: `state "X"`. */
    readonly value: string,
  ) {
    super(
      `Entry ${seq} of the audit history, the last one of change "${changeId}", has ${value}, which this version of ` +
        'nestjs-flamingock does not know: a newer one wrote it. Nothing was run. Install the version that the ' +
        'other instances of this service have, or a newer one, then start again.',
    );
  }
}

/** A newer version has written to the history, in a form that this one would read wrongly. */
export class NewerHistoryError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_NEWER_HISTORY';

  constructor(
    readonly service: string,
    /** The history's, and what this version knows. */
    readonly format: number,
    readonly known: number,
  ) {
    super(
      `The audit history of service "${service}" has format ${format}: a newer version of nestjs-flamingock has ` +
        `written to it, and this one knows formats up to ${known}. Nothing was run, and nothing written. Install the ` +
        'version that the other instances of this service have, or a newer one, then start again.',
    );
  }
}

/** How a change, or its undo, ended. */
export type ChangeEffect =
  'executed' | 'failed' | 'rolled-back' | 'undone' | 'undo-failed' | 'undo-rolled-back';

const EFFECTS: Readonly<Record<ChangeEffect, readonly [what: string, remark?: string]>> = {
  executed: ['DID execute', 'It was not rolled back.'],
  failed: ['failed', 'It was not rolled back.'],
  'rolled-back': ['failed and was rolled back'],
  undone: ['WAS undone'],
  'undo-failed': ['could not be undone', 'Part of it may have been taken back.'],
  'undo-rolled-back': ['could not be undone and is still executed'],
};

/** A change ran, and how it ended could not be recorded. */
export class ChangeUnrecordedError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_CHANGE_UNRECORDED';

  constructor(
    readonly changeId: string,
    readonly effect: ChangeEffect,
    cause: unknown,
  ) {
    const [what, remark] = EFFECTS[effect];
    super(
      `Change "${changeId}" ${what}, but that could not be recorded: ` +
        `${errorText(storeFailure(cause))}. ${remark === undefined ? '' : `${remark} `}Bring the audit store back and ` +
        'start again: the next run decides from what is recorded, and asks you where it cannot know.',
      { cause },
    );
  }
}

/** The commit of a change was sent, and its target system could not be asked whether it took effect. */
export class ChangeOutcomeUnknownError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_CHANGE_OUTCOME_UNKNOWN';

  constructor(
    readonly changeId: string,
    cause: unknown,
  ) {
    super(
      `Whether change "${changeId}" was committed is not known: the answer to its commit was lost, and ` +
        `asking again failed: ${errorText(storeFailure(cause))}. Nothing more was recorded or rolled back. Start again ` +
        'once its database is back: the next run finds out by itself.',
      { cause },
    );
  }
}

/** The end of the history is not as this library wrote it. */
export class AuditTamperedError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_AUDIT_TAMPERED';

  constructor(
    readonly service: string,
    /** What is wrong, in words. */
    readonly fault: string,
  ) {
    super(
      `The audit history of service "${service}" was altered: ${fault}. Nothing was run. Compare the ` +
        'audit tables with a backup and restore what was changed before you start again. Where no backup was ever ' +
        'right, because the session settings of a change or a failover have garbled it, look at it and accept it: ' +
        cliCommand('audit reconcile'),
    );
  }
}
