import type { DataSource, QueryRunner } from 'typeorm';
import type { Row } from '../../sql/sql.js';
import { send, type Question } from '../connection.js';
import type { SqlExecutor, SqlResult } from '../../sql/dialect.js';
import { mysqlDialect } from './mysql.dialect.js';

/** What the driver answers to a statement without rows. */
interface Written {
  readonly affectedRows?: unknown;
  readonly insertId?: unknown;
}

/** A value as the driver hands it to a function that converts it. */
interface Field {
  string(): string | null;
}

/** Rows are objects, and every value is the text that the server sends: the connection's own conversions do not apply. */
const AS_TEXT = {
  typeCast: (field: Field) => field.string(),
  rowsAsArray: false,
  nestTables: false,
  namedPlaceholders: false,
};

/** Executes on a runner, inside the transaction that it has open, if any. */
export function executorOn(dataSource: DataSource, runner: QueryRunner): SqlExecutor {
  return {
    async execute(statement) {
      const { text, values } = statement.render(mysqlDialect);
      const question = { ...AS_TEXT, sql: text, toString: () => text } as Question;
      const answer = await send<Row[] | Written>(dataSource, runner, text, values, question);
      return Array.isArray(answer) ? { rows: answer, affected: 0 } : written(answer, text);
    },
  };
}

/** Statements that report by LAST_INSERT_ID(…), see the dialect, count by that alone. */
function written({ affectedRows, insertId }: Written, text: string): SqlResult {
  if (!text.includes('LAST_INSERT_ID(')) return { rows: [], affected: Number(affectedRows) };
  return { rows: [], affected: Number(insertId) > 0 ? 1 : 0 };
}
