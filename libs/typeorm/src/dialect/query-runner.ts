import type { DataSource, QueryRunner } from 'typeorm';
import { DataSourceClosedError } from '../run.errors.js';

/**
 * A runner of the DataSource itself, whoever has replaced `dataSource.createQueryRunner`.
 *
 * @throws DataSourceClosedError
 */
export function openRunner(dataSource: DataSource): QueryRunner {
  assertOpen(dataSource);
  const runner = dataSource.driver.createQueryRunner('master');
  // A manager makes itself the runner's; subscribers expect one there.
  dataSource.createEntityManager(runner);
  return runner;
}

/** @throws DataSourceClosedError where nothing can be asked any more, however often one tries. */
export function assertOpen(dataSource: DataSource): void {
  if (!dataSource.isInitialized) throw new DataSourceClosedError();
}
