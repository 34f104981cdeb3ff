import type { DataSource, QueryRunner } from 'typeorm';
import { DataSourceClosedError, DataSourceNotInitializedError } from '../run.errors.js';

/**
 * A runner of the DataSource itself, also where other code has replaced `dataSource.createQueryRunner`.
 *
 * @throws DataSourceClosedError, DataSourceNotInitializedError
 */
export function openRunner(dataSource: DataSource): QueryRunner {
  assertOpen(dataSource);
  const runner = dataSource.driver.createQueryRunner('master');
  // A manager makes itself the runner's; subscribers expect one there.
  dataSource.createEntityManager(runner);
  return runner;
}

/** Those that have been open: TypeORM does not tell one that is closed from one that never was open. */
const opened = new WeakSet<DataSource>();

/** @throws DataSourceClosedError, DataSourceNotInitializedError where nothing can be asked, however often one tries. */
export function assertOpen(dataSource: DataSource): void {
  if (dataSource.isInitialized) opened.add(dataSource);
  else if (opened.has(dataSource)) throw new DataSourceClosedError();
  else throw new DataSourceNotInitializedError(nameOf(dataSource));
}

/** As the application names it. */
export function nameOf({ options }: DataSource): string {
  return 'name' in options && typeof options.name === 'string' ? options.name : 'default';
}
