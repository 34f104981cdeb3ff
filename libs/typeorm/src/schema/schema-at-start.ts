import { Logger } from '@nestjs/common';
import { FlamingockError } from '@nestjs-flamingock/core';
import type { DataSource } from 'typeorm';
import { nameOf } from '../database/query-runner.js';

/** The DataSource of the history has `dropSchema`, which empties the database whenever it is initialised. */
export class DroppedHistoryError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_DROPPED_HISTORY';

  constructor(
    /** Name of the DataSource. */
    readonly dataSource: string,
  ) {
    super(
      `DataSource "${dataSource}" of typeOrmAuditStore() has dropSchema: true. TypeORM has emptied the database by ` +
        'now, the history with it, and does so at each start: every change would run again. Take dropSchema out of ' +
        'the DataSource, and restore the database if this was not meant. Where nothing in it is to be kept, as in ' +
        'tests, say so: typeOrmAuditStore({ allowDropSchema: true }).',
    );
    this.dropFrames();
  }
}

/**
 * Looks at what TypeORM itself does to the schema when the application starts.
 *
 * @throws DroppedHistoryError
 */
export function checkAuditStore(dataSource: DataSource, allowDropSchema: boolean): void {
  if (dataSource.options.dropSchema && !allowDropSchema) throw new DroppedHistoryError(nameOf(dataSource));
  warnOfSynchronize('typeOrmAuditStore()', dataSource);
}

/** The same for a target system, whose history is elsewhere, or was looked at. */
export function checkTargetSystem(id: string, dataSource: DataSource): void {
  if (dataSource.options.dropSchema)
    warn(
      `DataSource "${nameOf(dataSource)}" of target system "${id}" has dropSchema: true: TypeORM empties it at each ` +
        'start, while the history may say that its changes are applied. Take dropSchema out.',
    );
  warnOfSynchronize(`target system "${id}"`, dataSource);
}

function warnOfSynchronize(user: string, dataSource: DataSource): void {
  if (!dataSource.options.synchronize) return;
  warn(
    `DataSource "${nameOf(dataSource)}" of ${user} has synchronize: true: TypeORM alters tables at each start, before ` +
      'any change runs, past the history and the lock. Write synchronize: false, and alter tables in changes.',
  );
}

function warn(text: string): void {
  new Logger('Flamingock').warn(text);
}
