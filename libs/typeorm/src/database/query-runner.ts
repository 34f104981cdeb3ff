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

/** Resets a runner inside a transaction to the state of a new one right after BEGIN. */
export function refresh(runner: QueryRunner): void {
  runner.disableSqlMemory();
  Object.assign(runner, { data: {}, loadedTables: [], loadedViews: [], cachedTablePaths: {} });
  setDepth(runner, 1);
}

/** Tells a runner how many transactions are open on it, one inside the other. */
export function setDepth(runner: QueryRunner, transactionDepth: number): void {
  Object.assign(runner, { isTransactionActive: transactionDepth > 0, transactionDepth });
}

/** Rolls back by TypeORM, with the transactions inside: its subscribers may want to know. */
export async function rollBackAll(runner: QueryRunner): Promise<void> {
  setDepth(runner, 1);
  await runner.rollbackTransaction();
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
