import { FlamingockError } from '@nestjs-flamingock/core';

/** The DataSource uses a driver that this package has no dialect for. */
export class UnsupportedDriverError extends FlamingockError {
  constructor(
    readonly driver: string,
    readonly supported: readonly string[],
  ) {
    super(
      `Driver "${driver}" of the TypeORM DataSource is not supported by @nestjs-flamingock/typeorm. ` +
        `Use a DataSource of type ${supported.map((type) => `"${type}"`).join(', ')}.`,
    );
  }
}

/** The configured table prefix cannot begin the name of a table. */
export class TablePrefixError extends FlamingockError {
  constructor(readonly prefix: string) {
    super(
      `Table prefix ${JSON.stringify(prefix)} is no SQL identifier. Set "tablePrefix" to at most ` +
        `40 letters, digits and underscores that do not begin with a digit.`,
    );
  }
}

/** Tables are missing and `createTables: false` forbids creating them. */
export class MissingTablesError extends FlamingockError {
  constructor(
    readonly tables: readonly string[],
    /** One statement per table, which creates it. */
    readonly statements: readonly string[],
  ) {
    super(
      `Tables ${tables.join(', ')} do not exist, and "createTables" is false. ` +
        `Create them with:\n${statements.join('\n')}`,
    );
  }
}

/** The only connection of the DataSource stayed inside a transaction for too long. */
export class ConnectionInTransactionError extends FlamingockError {
  constructor(
    /** True if it is a change's transaction, false if it is the application's own. */
    readonly ofChange: boolean,
  ) {
    super(
      ofChange
        ? `The DataSource has one connection, and a change's transaction is open on it. ` +
            `Do not wait inside a change for something that reads or writes outside its transaction.`
        : `The DataSource has one connection, and the application keeps a transaction open on it. ` +
            `Commit or roll it back before changes run.`,
    );
  }
}

/** A transaction of another DataSource was handed to an audit store. */
export class ForeignTransactionError extends FlamingockError {
  constructor() {
    super(
      `The transaction does not belong to the DataSource of this audit store. ` +
        `Pass the transaction of a target system over the same DataSource, or none.`,
    );
  }
}

/** A change tried to begin, commit or roll back the transaction that the engine ends for it. */
export class TransactionControlError extends FlamingockError {
  constructor(
    readonly changeId: string,
    readonly statement: string,
  ) {
    super(
      `Change "${changeId}" may not ${statement} its own transaction: it commits when the method ` +
        `resolves and rolls back when it throws. Use manager.transaction() for a nested one, or ` +
        `declare the change "transactional: false".`,
    );
  }
}

/** A nested transaction did not end before what surrounds it did. */
export class NestedTransactionError extends FlamingockError {
  constructor(readonly changeId: string) {
    super(
      `A nested transaction of change "${changeId}" did not end before the transaction around it. ` +
        `Await each nested transaction before the next one starts and before the method returns.`,
    );
  }
}
