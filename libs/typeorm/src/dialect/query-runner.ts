import type { DataSource, QueryResult, QueryRunner } from 'typeorm';
import type { Row, SqlSyntax } from '../sql.js';
import { DataSourceClosedError } from '../run.errors.js';
import type { SqlExecutor } from './dialect.js';

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

/** How many rows a statement wrote. */
export type CountRows = (result: QueryResult, text: string) => number;

/** Executes on a runner, inside whatever transaction it has open. */
export function runnerExecutor(
  runner: QueryRunner,
  syntax: SqlSyntax,
  countRows: CountRows = ({ affected }) => affected ?? 0,
): SqlExecutor {
  return {
    async execute(statement) {
      const { text, values } = statement.render(syntax);
      const result = await runner.query(text, values, true);
      return { rows: result.records as Row[], affected: countRows(result, text) };
    },
  };
}
