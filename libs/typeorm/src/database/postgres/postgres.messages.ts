import type { DataSource, QueryRunner } from 'typeorm';
import { send, type Answer, type Question } from '../connection.js';
import type { SqlExecutor } from '../../sql/dialect.js';
import { postgresDialect } from './postgres.dialect.js';

/** Every value as the text that the server sends: the conversions of `pg.types` and the connection do not apply. */
const AS_TEXT = { getTypeParser: () => (text: string) => text };

/** Executes on a runner, inside the transaction that it has open, if any. */
export function executorOn(dataSource: DataSource, runner: QueryRunner): SqlExecutor {
  return {
    async execute(statement) {
      const { text, values } = statement.render(postgresDialect);
      const { rows = [], rowCount } = await send(dataSource, runner, text, values, question(text));
      return { rows, affected: Number(rowCount) };
    },
  };
}

/** Sends several statements in one message, which binds no values: one answer each. */
export function sendSeveral(
  dataSource: DataSource,
  runner: QueryRunner,
  statements: readonly string[],
): Promise<readonly Answer[]> {
  const text = statements.join('; ');
  return send<readonly Answer[]>(dataSource, runner, text, [], question(text));
}

function question(text: string): Question {
  return { text, types: AS_TEXT, toString: () => text } as Question;
}
