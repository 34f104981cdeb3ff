import { FlamingockError } from '@nestjs-flamingock/core';
import { messageOf } from './database/driver-error.js';

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
  override readonly isTransient = true;

  constructor(readonly waitedMs: number) {
    super(
      `The connection to the database did not answer within ${waitedMs} ms and was closed. ` +
        `Check the database and the network to it, then start again. If it is only slow, raise timeouts.answerMs ` +
        `(FLAMINGOCK_ANSWER_TIMEOUT_MS), and timeouts.commitMs where it was committing.`,
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
