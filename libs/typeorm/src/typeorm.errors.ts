import { FlamingockError } from '@nestjs-flamingock/core';
import { messageOf } from './dialect/driver-error.js';

/** The DataSource uses a driver that this package has no dialect for. */
export class UnsupportedDriverError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_UNSUPPORTED_DRIVER';

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
  readonly code: string = 'FLAMINGOCK_TABLE_PREFIX';

  constructor(readonly prefix: string) {
    super(
      `Table prefix ${JSON.stringify(prefix)} is no SQL identifier. Set "tablePrefix" to at most ` +
        `40 letters, digits and underscores that do not begin with a digit.`,
    );
  }
}

/** Tables are missing and may not be created: by `createTables: false`, or by the rights of the database user. */
export class MissingTablesError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_MISSING_TABLES';

  constructor(
    readonly tables: readonly string[],
    /** They create the tables, or add what an older version's tables lack. */
    readonly statements: readonly string[],
    /** What the server said, if it was asked to create them. */
    refusal?: unknown,
  ) {
    const why =
      refusal === undefined
        ? '"createTables" is false'
        : `the database user may not create them (${messageOf(refusal)})`;
    super(
      `Tables ${tables.join(', ')} do not exist, or lack columns of this version, and ${why}. Create them with:\n${statements.join('\n')}`,
      { cause: refusal },
    );
    this.hide('statements');
  }
}

/** The database user lacks a right that our own tables need. Trying again does not help. */
export class RightMissingError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_RIGHT_MISSING';

  constructor(cause: unknown) {
    super(
      `The database user lacks a right: ${messageOf(cause)}. Grant it ("Without rights to create tables" ` +
        `in docs/sql.md lists them all), and start the application again.`,
      { cause },
    );
  }
}

/** The schema that the tables are to be in does not exist. */
export class MissingSchemaError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_MISSING_SCHEMA';

  constructor(
    readonly schema: string,
    /** Creates the schema. */
    readonly statement: string,
    cause: unknown,
  ) {
    super(
      `Schema "${schema}" does not exist. Create it with:\n${statement}\nor set "schema" to one that exists.`,
      { cause },
    );
  }
}

/** A schema was given to a database that has none. */
export class SchemaUnsupportedError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_SCHEMA_UNSUPPORTED';

  constructor(
    readonly driver: string,
    readonly schema: string,
  ) {
    super(
      `Driver "${driver}" has no schemas, so that the tables cannot be in schema "${schema}". ` +
        `Leave "schema" out, and use "tablePrefix" to keep tables apart.`,
    );
  }
}

/** Texts would not come back through this connection unchanged. */
export class ConnectionCharsetError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_CONNECTION_CHARSET';

  constructor(readonly charset: string) {
    super(
      `The connections of the DataSource use character set "${charset}", in which not every text of the ` +
        `audit history can be written. Set its option charset: 'utf8mb4'.`,
    );
  }
}

/** A transaction that could not be ended keeps a row of ours from being written. */
export class RowHeldError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_ROW_HELD';

  constructor(
    { service, table }: { readonly service: string; readonly table: { readonly name: string } },
    readonly holder: { readonly description: string } | undefined,
    cause: unknown,
  ) {
    const who = holder ? holder.description : 'a transaction that this database user cannot see';
    super(
      `The row of service "${service}" in table ${table.name} is held by ${who}, which does not end` +
        (cause === undefined ? '' : ` and could not be ended (${messageOf(cause)})`) +
        `. End that connection on the database server, then start again.`,
      { cause },
    );
  }
}

/** A connection did not answer in time. */
export class ConnectionHangsError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_CONNECTION_HANGS';

  constructor(readonly waitedMs: number) {
    super(
      `The connection to the database did not answer within ${waitedMs} ms and was closed. ` +
        `Check the database and the network to it, then start again.`,
    );
  }
}

/** The only connection of the DataSource stayed inside a transaction for too long. */
export class ConnectionInTransactionError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_CONNECTION_IN_TRANSACTION';

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
  readonly code: string = 'FLAMINGOCK_FOREIGN_TRANSACTION';

  constructor() {
    super(
      `The transaction does not belong to the DataSource of this audit store. ` +
        `Pass the transaction of a target system over the same DataSource, or none.`,
    );
  }
}

/** A change tried to begin, commit or roll back the transaction that the engine ends for it. */
export class TransactionControlError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_TRANSACTION_CONTROL';

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
  readonly code: string = 'FLAMINGOCK_NESTED_TRANSACTION';

  constructor(readonly changeId: string) {
    super(
      `A nested transaction of change "${changeId}" did not end before the transaction around it. ` +
        `Await each nested transaction before the next one starts and before the method returns.`,
    );
  }
}

/** A statement that the server does not run inside a transaction, or that would end it. */
export class NonTransactionalStatementError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_NON_TRANSACTIONAL_STATEMENT';

  constructor(
    readonly changeId: string,
    /** Its first words. */
    readonly statement: string,
    why: string,
    options?: ErrorOptions,
  ) {
    super(
      `${statement} cannot be part of the transaction of change "${changeId}": ${why}. ` +
        `Declare the change "transactional: false", and give it nothing else to do.`,
      options,
    );
  }
}

/** The transaction of a change was ended by one of its statements before the change had ended. */
export class ImplicitCommitError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_IMPLICIT_COMMIT';

  constructor(
    readonly changeId: string,
    cause?: unknown,
  ) {
    super(
      `A statement of change "${changeId}" ended its transaction, which no statement may do: what ran up to ` +
        `there was committed or is lost, and what ran after it stays. Look for a procedure that changes tables ` +
        `or commits, and for COMMIT or ROLLBACK on the driver's connection. See what took effect, and declare ` +
        `the change "transactional: false".`,
      { cause },
    );
  }
}

/** The database took the transaction of a change back before the change had ended. */
export class TransactionLostError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_TRANSACTION_LOST';

  constructor(
    readonly changeId: string,
    cause: unknown,
  ) {
    super(
      `The database has rolled back the transaction of change "${changeId}": ${messageOf(cause)}. ` +
        `Let that error end the change instead of catching it.`,
      { cause },
    );
  }
}

/** The server answered the commit of a change with a rollback. */
export class CommitRefusedError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_COMMIT_REFUSED';

  constructor(readonly changeId: string) {
    super(
      `The server rolled change "${changeId}" back instead of committing it, because one of its statements had ` +
        `failed. Await every statement, and let its error end the change.`,
    );
  }
}

/** A change outside transactions left a transaction open; it was rolled back. */
export class OpenTransactionError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_OPEN_TRANSACTION';

  constructor(readonly changeId: string) {
    super(
      `Change "${changeId}" left a transaction open on its query runner, which was rolled back. ` +
        `Commit it before the method returns, or declare the change transactional.`,
    );
  }
}
