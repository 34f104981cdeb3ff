import { FlamingockError } from '@nestjs-flamingock/core';
import { messageOf } from './database/driver-error.js';

/** The DataSource is not open any more, so that nothing can be read, run or recorded. */
export class DataSourceClosedError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_DATA_SOURCE_CLOSED';

  constructor() {
    super(
      `The DataSource is closed. A run needs it until it has ended: ` +
        `take dataSource.destroy() out of the change, or close the application only after its start; then start again.`,
    );
  }
}

/** The DataSource was not open yet when the changes were to run. */
export class DataSourceNotInitializedError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_DATA_SOURCE_NOT_INITIALIZED';

  constructor(
    /** Name of the DataSource. */
    readonly dataSource: string,
  ) {
    super(
      `DataSource "${dataSource}" is not initialized, and the changes need it. Take manualInitialization: true out of ` +
        `TypeOrmModule.forRoot(…); or call await dataSource.initialize() in an onModuleInit of the application, and set ` +
        `runAt: 'after-module-init' in FlamingockModule.forRoot(…).`,
    );
  }
}

/** The server ended the connection of a change, and rolled its transaction back by that. */
export class ConnectionEndedError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_CONNECTION_ENDED';
  /** What makes servers do so. */
  readonly setting: string;

  constructor(
    readonly changeId: string,
    { setting, line }: { readonly setting: string; readonly line: string },
    cause: unknown,
  ) {
    super(
      `The server ended a connection of change "${changeId}", and what was not committed on it is rolled back ` +
        `(${messageOf(cause)}). Setting ${setting} does this to a transaction that takes long, or a connection that sends ` +
        `no statement for long: raise it on the server, or for this change by the first statement of its transaction, ` +
        `queryRunner.query('${line}'); or do what takes long before the first statement.`,
      { cause },
    );
    this.setting = setting;
  }
}

/** A table of ours that this run has used before is not there any more. */
export class TablesDroppedError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_TABLES_DROPPED';

  constructor(cause: unknown) {
    super(
      `A table that this run has used before is gone (${messageOf(cause)}), or the schema or database that it was in: a ` +
        `change has dropped it, by a statement such as DROP TABLE or DROP SCHEMA … CASCADE or by dataSource.dropDatabase() ` +
        `or synchronize(true), or another client has. Have the change leave the tables that docs/sql.md lists under ` +
        `"Tables" alone, restore them from a backup if they are gone, and start again.`,
      { cause },
    );
  }
}
