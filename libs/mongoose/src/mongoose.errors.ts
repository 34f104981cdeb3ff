import { FlamingockError } from '@nestjs-flamingock/core';
import { messageOf } from './connection/server-error.js';

/** The configured prefix cannot begin the name of a collection. */
export class CollectionPrefixError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_COLLECTION_PREFIX';

  constructor(readonly prefix: string) {
    super(
      `Collection prefix ${JSON.stringify(prefix)} cannot begin the name of a collection. Set "collectionPrefix" to at ` +
        `most 40 letters, digits, underscores, dots and hyphens that begin with a letter or an underscore, and ` +
        `not with "system.".`,
    );
  }
}

/** Collections or indexes are missing and may not be created: by `createCollections: false`, or by the rights of the database user. */
export class MissingCollectionsError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_MISSING_COLLECTIONS';

  constructor(
    /** Names of collections, and of indexes as `collection.index`. */
    readonly missing: readonly string[],
    /** Commands of mongosh, one for each of them. */
    readonly commands: readonly string[],
    /** What the server said, if it was asked to create them. */
    refusal?: unknown,
  ) {
    const why =
      refusal === undefined
        ? '"createCollections" is false'
        : `the database user may not create them (${messageOf(refusal)})`;
    super(
      `${missing.join(', ')} do not exist, and ${why}. Create them in mongosh with:\n${commands.join('\n')}`,
      { cause: refusal },
    );
    this.hide('commands');
  }
}

/** The connection was not opened before it was needed. */
export class ConnectionClosedError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_CONNECTION_CLOSED';

  constructor(readonly connection: string) {
    super(
      `The Mongoose connection "${connection}" is not open. Open it before changes run: leave out ` +
        `"lazyConnection" in MongooseModule.forRoot, and close no connection before the application.`,
    );
  }
}

/** A transaction that could not be ended keeps a document of ours from being written. */
export class DocumentHeldError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_DOCUMENT_HELD';

  constructor(
    readonly service: string,
    readonly collection: string,
    /** Session that was found to have it, if it was. */
    readonly session: string | undefined,
    cause: unknown,
  ) {
    const who = session === undefined ? 'a transaction' : `the transaction of session ${session}`;
    super(
      `The document of service "${service}" in collection ${collection} is held by ${who}, which does not end` +
        (cause === undefined ? '' : ` and could not be ended (${messageOf(cause)})`) +
        `. End it with db.adminCommand({ killSessions: […] }), then start again.`,
      { cause },
    );
  }
}

/** Entries were handed to an audit store that do not follow each other. */
export class BrokenBatchError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_BROKEN_BATCH';

  constructor(readonly service: string) {
    super(
      `Entries of service "${service}" were to be written together whose "seq" leaves a gap or repeats. ` +
        `Number them one after the other.`,
    );
  }
}

/** An operation that MongoDB does not run inside a transaction. */
export class NonTransactionalOperationError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_NON_TRANSACTIONAL_OPERATION';

  constructor(
    readonly changeId: string,
    cause: unknown,
  ) {
    super(
      `An operation cannot be part of the transaction of change "${changeId}", all of which was taken back: ` +
        `${messageOf(cause)}. Declare the change "transactional: false", and give it nothing else to do.`,
      { cause },
    );
  }
}

/** A schema, model or operation has a setting that MongoDB allows in no transaction. */
export class TransactionSettingError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_TRANSACTION_SETTING';

  constructor(
    readonly changeId: string,
    /** Its name. */
    readonly setting: string,
    instead: string,
    cause: unknown,
  ) {
    super(
      `An operation with "${setting}" of its own cannot be part of the transaction of change "${changeId}", all of ` +
        `which was taken back: ${messageOf(cause)}. Give the operation the option "${instead}", or take "${setting}" ` +
        `out of its schema, model or collection.`,
      { cause },
    );
  }
}

/** Another client wrote a document that the transaction of a change was about to write, and MongoDB aborted the change. */
export class ConflictingWriteError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_CONFLICTING_WRITE';
  override readonly isTransient = true;

  constructor(
    readonly changeId: string,
    cause: unknown,
  ) {
    super(
      `Another client wrote a document of change "${changeId}" after its transaction had begun, so that all of it was rolled ` +
        `back: ${messageOf(cause)}. Start again. Should that repeat, apply the change while nothing else writes these ` +
        `documents, or declare it "transactional: false" and have its filters leave out what is done already.`,
      { cause },
    );
  }
}

/** An operation of a change did not end. */
export class OperationHangsError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_OPERATION_HANGS';

  constructor(
    readonly changeId: string,
    readonly waitedMs: number,
  ) {
    super(
      `An operation of change "${changeId}" that was not awaited did not end within ${waitedMs} ms. Await every ` +
        `promise inside the change, and check the server and the network to it.`,
    );
  }
}
