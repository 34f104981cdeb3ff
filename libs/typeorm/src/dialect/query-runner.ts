import type { DataSource, QueryResult, QueryRunner } from 'typeorm';
import type { Row, SqlSyntax } from '../sql.js';
import type { SqlExecutor } from './dialect.js';

/** A runner of the DataSource itself, whoever has replaced `dataSource.createQueryRunner`. */
export function openRunner(dataSource: DataSource): QueryRunner {
  const runner = dataSource.driver.createQueryRunner('master');
  // A manager makes itself the runner's; subscribers expect one there.
  dataSource.createEntityManager(runner);
  return runner;
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
