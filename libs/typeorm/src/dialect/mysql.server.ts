import type { QueryResult, QueryRunner } from 'typeorm';
import { tableName } from '../schema/table.js';
import { altersSession, mysqlSessionEffect } from '../statement/session-effect.js';
import { sql, type Row } from '../sql.js';
import { send } from './connection.js';
import type { SqlExecutor } from './dialect.js';
import { mysqlDialect } from './mysql.dialect.js';
import { isInTransaction, LEXIS, MysqlTransaction } from './mysql.transaction.js';
import { runnerExecutor } from './query-runner.js';
import type { RowWrite } from './row-write.js';
import type { RowHolder, Server } from './server.js';

/** mysql2 opens at most so many connections unless it is told otherwise. */
const DEFAULT_POOL_SIZE = 10;

/** Bit of the status in a server's answers. */
const AUTOCOMMIT = 2;

/** MySQL and MariaDB. */
export const mysqlServer: Server = {
  dialect: mysqlDialect,

  executor: (_dataSource, runner) => executorOn(runner),

  async begin(changeId, dataSource, runner, admission) {
    await runner.startTransaction();
    const transaction = new MysqlTransaction(
      changeId,
      dataSource,
      runner,
      mysqlServer.executor(dataSource, runner),
    );
    if (admission) await transaction.enter(admission);
    return transaction;
  },

  altersSession: (text) => altersSession(text, LEXIS, mysqlSessionEffect),

  async isInTransaction(dataSource, runner) {
    const answer = await send(dataSource, runner, 'DO 0');
    return isInTransaction(answer) || (Number(answer.serverStatus) & AUTOCOMMIT) === 0;
  },

  poolSize({ options }) {
    interface Sized {
      poolSize?: unknown;
    }
    const { extra, poolSize, replication } = options as Sized & {
      extra?: { connectionLimit?: unknown };
      replication?: { master?: Sized };
    };
    return Number(extra?.connectionLimit ?? replication?.master?.poolSize ?? poolSize ?? DEFAULT_POOL_SIZE);
  },

  async endHolder(on, row, seen) {
    const holder = await writerOf(on, row);
    if (holder && holder.id === seen?.id && !(await isCommitting(on, holder))) {
      await on.query(`KILL CONNECTION ${holder.connection}`);
    }
    return holder;
  },
};

function executorOn(runner: QueryRunner): SqlExecutor {
  return runnerExecutor(runner, mysqlDialect, countRows);
}

/** Statements that report by LAST_INSERT_ID(…), see the dialect, count by that alone. */
function countRows({ affected, raw }: QueryResult, text: string): number {
  if (!text.includes('LAST_INSERT_ID(')) return affected ?? 0;
  return Number((raw as { insertId?: unknown }).insertId) > 0 ? 1 : 0;
}

/**
 * The connection whose open transaction wrote the row: named by what can be read of the
 * row before it is committed, as long as it is not what is committed. Needs no rights
 * but those on our own table; connections of the same user may be ended without any.
 */
async function writerOf(
  on: QueryRunner,
  row: RowWrite,
): Promise<(RowHolder & { connection: number }) | undefined> {
  // For the next statement only.
  await on.query('SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED');
  const written = await read(on, row);
  const committed = await read(on, row);
  const id = written?.['writer'];
  if (typeof id !== 'string' || id === committed?.['writer'] || Number(written?.['token']) > row.token) {
    return undefined;
  }
  const connection = Number.parseInt(id, 10);
  return { id, connection, description: `connection ${connection}` };
}

async function read(on: QueryRunner, { table, service }: RowWrite): Promise<Row | undefined> {
  const { rows } = await executorOn(on).execute(
    sql`SELECT token, writer FROM ${tableName(table)} WHERE service = ${service}`,
  );
  return rows[0];
}

async function isCommitting(on: QueryRunner, { connection }: { connection: number }): Promise<boolean> {
  const { rows } = await executorOn(on).execute(
    sql`SELECT 1 FROM information_schema.PROCESSLIST WHERE ID = ${connection} AND INFO LIKE ${'COMMIT%'}`,
  );
  return rows.length > 0;
}
