import { FlamingockError } from '../errors/flamingock.error.js';

/** A transaction of another database, or of another connection to it, was handed to an audit store. */
export class ForeignTransactionError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_FOREIGN_TRANSACTION';

  constructor(
    /** What a store and its transactions have in common, in the words of the driver: `DataSource`. */
    readonly shared: string,
  ) {
    super(
      `The transaction does not belong to the ${shared} of this audit store. Pass the transaction of a target ` +
        `system over the same ${shared}, or none.`,
    );
  }
}

/** A change tried to begin, commit or take back the transaction that the engine ends for it. */
export class TransactionControlError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_TRANSACTION_CONTROL';

  constructor(
    readonly changeId: string,
    /** What it tried, as the driver calls it: `COMMIT`, `abort`, `call startTransaction on`. */
    readonly statement: string,
    /** What to do where the change needs that; a sentence. */
    instead?: string,
  ) {
    super(
      `Change "${changeId}" may not ${statement} its own transaction: it commits when the method resolves and is ` +
        `taken back when it throws.${instead === undefined ? '' : ` ${instead}`}`,
    );
  }
}

/** A transaction inside that of a change failed, or did not end before what is around it. */
export class NestedTransactionError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_NESTED_TRANSACTION';

  constructor(
    readonly changeId: string,
    /** What became of it, after "A transaction that the change began inside its own". */
    what: string,
    options?: ErrorOptions,
  ) {
    super(
      `A transaction that change "${changeId}" began inside its own ${what}. Await each one before the next begins ` +
        'and before the method returns, and let its error end the change.',
      options,
    );
  }
}

/** The system took the transaction of a change back before the change had ended. */
export class TransactionLostError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_TRANSACTION_LOST';

  constructor(
    readonly changeId: string,
    /** Why, in the words of the system, secrets masked. */
    reason: string,
    /** A sentence, where there is more to do than to let the error end the change. */
    remedy = 'Let that error end the change instead of catching it.',
    options?: ErrorOptions,
  ) {
    super(
      `The transaction of change "${changeId}" was rolled back by its system: ${reason}. ${remedy}`,
      options,
    );
  }
}

/** A change outside transactions left a transaction open; it was rolled back. */
export class OpenTransactionError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_OPEN_TRANSACTION';

  constructor(
    readonly changeId: string,
    /** On what, in the words of the driver: `query runner`. */
    readonly place: string,
  ) {
    super(
      `Change "${changeId}" left a transaction open on its ${place}, which was rolled back. ` +
        'Commit it before the method returns, or declare the change transactional.',
    );
  }
}

/** What a driver would have left out of a write. */
export interface Omission {
  readonly driver: string;
  /** What it would not write, and why; no full stop. */
  readonly what: string;
  /** What to write instead, as sentences. */
  readonly remedy: string;
  /** Name of the entity, where the driver tells it. */
  readonly entity?: string;
  /** Path of what the entity does not have, where the driver tells it. */
  readonly property?: string;
}

/** The driver would have left out part of a write of a change, and reported success. */
export class OmittedWriteError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_OMITTED_WRITE';
  /** See {@link Omission.entity}. */
  readonly entity: string | undefined;
  /** See {@link Omission.property}. */
  readonly property: string | undefined;

  constructor(
    readonly changeId: string,
    { driver, what, remedy, entity, property }: Omission,
    options?: ErrorOptions,
  ) {
    super(
      `${driver} would have left out part of what change "${changeId}" writes or looks for, in silence: ${what}. ${remedy}`,
      options,
    );
    this.entity = entity;
    this.property = property;
  }
}
