import { FlamingockError } from '@nestjs-flamingock/core';
import { cliCommand } from '@nestjs-flamingock/core/adapter';

/** An option of `openSearchTargetSystem` has a value that cannot work. */
export class OpenSearchOptionsError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_OPENSEARCH_OPTIONS';

  constructor(
    readonly option: string,
    value: unknown,
    expected: string,
  ) {
    super(`Option "${option}" of openSearchTargetSystem is ${JSON.stringify(value)}. Give it ${expected}.`);
  }
}

/** The server does not answer. It may a moment later. */
export class OpenSearchUnreachableError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_OPENSEARCH_UNREACHABLE';
  override readonly isTransient = true;

  constructor(
    /** URLs of the nodes that the client knows, without user and password. */
    readonly address: string,
    /** Method and path. */
    readonly request: string,
    cause: unknown,
  ) {
    super(
      `OpenSearch at ${address} did not answer ${request}. Check that it is up, that this host reaches it, and the ` +
        'node, auth and ssl options of the client.',
      { cause },
    );
  }
}

/** The index that should have fences and markers is somebody else's, or lost its aliases. */
export class ControlIndexError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_CONTROL_INDEX';

  constructor(readonly index: string) {
    super(
      `The index "${index}" has none of the aliases by which this library keeps fences and markers. If it is ` +
        "somebody else's, give openSearchTargetSystem the option controlIndex with a name of its own. If it was " +
        `restored without its aliases, delete it once nothing is left STARTED (${cliCommand('issue list')}).`,
    );
  }
}

/** A request that writes was made through the client in a transactional change. It was not sent. */
export class OpenSearchPlainWriteError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_OPENSEARCH_PLAIN_WRITE';

  constructor(
    readonly changeId: string,
    /** Method and path. */
    readonly request: string,
  ) {
    super(
      `${request} does not only read, and was made through the OpenSearch client in the transactional change ` +
        `"${changeId}", where it would take effect at once and stay after a failure. It was not sent. Build a new ` +
        'index with the parameter `indices: SearchIndices`, or declare the change transactional: false.',
    );
  }
}

/** The handle of transactional changes was used in a change that has no transaction. */
export class OpenSearchNotInTransactionError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_OPENSEARCH_NOT_IN_TRANSACTION';

  constructor(readonly changeId: string) {
    super(
      `Change "${changeId}" is not transactional, so nothing would move the aliases at its end. Use the OpenSearch ` +
        'client itself, or declare the change transactional: true.',
    );
  }
}

/** A document of a bulk request was not written; OpenSearch answers such a request with 200. */
export class BulkItemsError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_BULK_ITEMS';
  /** True where all that failed was refused for now. */
  override readonly isTransient: boolean;
  /** The answer, with an item for each action. */
  readonly response: unknown;

  constructor(
    readonly changeId: string,
    { failed, total, first, isTransient, response }: BulkFailure,
  ) {
    super(
      `${failed} of ${total} actions of a bulk request of change "${changeId}" failed, the first: ${first}. Those ` +
        'that did not fail took effect. OpenSearch answers such a request with 200 and errors: true, which is easily ' +
        'missed; inside a change it rejects. Fix the documents; or look at the items yourself: ' +
        'await client.bulk({ … }).catch((error) => error.response ?? Promise.reject(error)).',
    );
    this.isTransient = isTransient;
    this.response = response;
    this.hide('response');
  }
}

/** What a {@link BulkItemsError} tells. */
export interface BulkFailure {
  readonly failed: number;
  readonly total: number;
  /** Of the first that failed: position, status, type, reason. */
  readonly first: string;
  readonly isTransient: boolean;
  readonly response: unknown;
}

/** A change used an index that it has not made. */
export class ForeignIndexError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_FOREIGN_INDEX';

  constructor(
    readonly changeId: string,
    readonly index: string,
    /** What is asked of an index that the change has made. */
    what: string,
  ) {
    super(
      `Change "${changeId}" cannot ${what} "${index}": it has not made this index, so others may see it. Write to an ` +
        'index that indices.create(…) returned in this change, or declare the change transactional: false.',
    );
  }
}

/** The name that an alias shall have is that of an index, or of a data stream. */
export class NotAnAliasError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_NOT_AN_ALIAS';

  constructor(
    readonly changeId: string,
    readonly alias: string,
    kind: 'index' | 'data stream',
  ) {
    const remedy =
      kind === 'index'
        ? 'The index has to go for the alias to take its name, in the same step: say so with ' +
          'indices.swap(alias, index, { removeIndex: true }). It cannot be brought back then, so have a copy or a snapshot.'
        : 'Data streams have no aliases that could be moved: give the alias another name.';
    super(
      `Change "${changeId}" cannot give an alias the name "${alias}", which is that of a ${kind}. ${remedy}`,
    );
  }
}

/** There is nothing to bring back under an alias. */
export class NothingKeptError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_NOTHING_KEPT';

  constructor(
    readonly changeId: string,
    readonly alias: string,
    /** The index that the alias is on. */
    readonly current: string,
  ) {
    super(
      `Change "${changeId}" cannot restore "${alias}": of the indices that are kept, none was replaced by ` +
        `"${current}", which it is on now. Undo later changes of this alias first; if the old index was removed ` +
        '(keepOld, removeIndex or by hand), build it anew.',
    );
  }
}

/** Aliases were not moved, because they, or an index, were altered by others while the change ran. */
export class AliasMovedError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_ALIAS_MOVED';
  override readonly isTransient = true;

  constructor(
    readonly changeId: string,
    /** What OpenSearch says is missing. */
    readonly detail: string,
    cause: unknown,
  ) {
    super(
      `Nothing of change "${changeId}" took effect, because others have moved an alias or removed an index while it ` +
        `ran: ${detail}. Start again; should that repeat, apply the change while nothing else moves these aliases.`,
      { cause },
    );
  }
}

/** A call that moves aliases was answered before all nodes had taken it over. It may be found to have taken effect. */
export class OpenSearchNotAcknowledgedError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_OPENSEARCH_NOT_ACKNOWLEDGED';
  override readonly isTransient = true;

  constructor(readonly address: string) {
    super(
      `OpenSearch at ${address} did not acknowledge POST /_aliases in time: not all nodes have taken it over. Bring ` +
        'the nodes that lag back (GET _cat/pending_tasks, GET _cat/nodes).',
    );
  }
}

/** Documents were not copied. */
export class ReindexFailedError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_REINDEX_FAILED';
  override readonly isTransient: boolean;

  constructor(
    readonly changeId: string,
    /** Where from, as it was asked for. */
    readonly source: string,
    /** What the task says. */
    readonly detail: string,
    isTransient: boolean,
  ) {
    super(
      `The reindex of "${source}" in change "${changeId}" failed: ${detail}. Nothing of it can be seen. ` +
        (isTransient ? 'Start again.' : 'Fix mappings, script or documents, then start again.'),
    );
    this.isTransient = isTransient;
  }
}
