import type { DataSource, QueryRunner } from 'typeorm';
import { tableName } from '../../sql/table.js';
import { altersSession, mysqlSessionEffect } from '../../sql/session-effect.js';
import { sql, type Row } from '../../sql/sql.js';
import { send } from '../connection.js';
import type { SqlExecutor } from '../../sql/dialect.js';
import { explainMysqlEnd } from '../ended-connection.js';
import { mysqlDialect } from './mysql.dialect.js';
import { executorOn } from './mysql.messages.js';
import { isInTransaction, MysqlTransaction } from './mysql.transaction.js';
import type { RowWrite } from '../../sql/row-write.js';
import type { RowHolder, Server } from '../server.js';

/** mysql2 opens at most so many connections unless it is told otherwise. */
const DEFAULT_POOL_SIZE = 10;

/** Bit of the status in a server's answers. */
const AUTOCOMMIT = 2;

/** MySQL and MariaDB. */
export const mysqlServer: Server = {
  dialect: mysqlDialect,

  executor: executorOn,

  async begin(parts, admission) {
    const { dataSource, runner } = parts;
    await runner.startTransaction();
    const transaction = new MysqlTransaction({ ...parts, executor: executorOn(dataSource, runner) });
    if (admission) await transaction.enter(admission);
    return transaction;
  },

  altersSession: (text) => altersSession(text, mysqlDialect.lexicalRules, mysqlSessionEffect),

  async isInTransaction(dataSource, runner) {
    const answer = await send(dataSource, runner, 'DO 0');
    return isInTransaction(answer) || (Number(answer.serverStatus) & AUTOCOMMIT) === 0;
  },

  watchEnd: () => explainMysqlEnd,

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

  poolSetting: 'poolSize (or extra.connectionLimit)',

  connectionsInUse({ driver }) {
    const { pool, poolCluster } = driver as Pools;
    const { _allConnections, _freeConnections } = pool ?? poolCluster?._nodes?.['MASTER']?.pool ?? {};
    return (_allConnections?.length ?? 0) - (_freeConnections?.length ?? 0);
  },

  async endHolder(dataSource, on, row, seen) {
    const holder = await writerOf(dataSource, on, row);
    if (holder && holder.id === seen?.id && !(await isCommitting(executorOn(dataSource, on), holder))) {
      await send(dataSource, on, `KILL CONNECTION ${holder.connection}`);
    }
    return holder;
  },
};

/** mysql2's pool, as far as we look at it. */
interface Pool {
  readonly _allConnections?: { readonly length: number };
  readonly _freeConnections?: { readonly length: number };
}

/** Where TypeORM has it, with replicas and without. */
interface Pools {
  readonly pool?: Pool;
  readonly poolCluster?: { readonly _nodes?: Readonly<Record<string, { readonly pool?: Pool }>> };
}

/**
 * The connection whose open transaction wrote the row: named by what can be read of the
 * row before it is committed, as long as it is not what is committed. Needs no rights
 * but those on our own table; connections of the same user may be ended without any.
 */
async function writerOf(
  dataSource: DataSource,
  runner: QueryRunner,
  row: RowWrite,
): Promise<(RowHolder & { connection: number }) | undefined> {
  const on = executorOn(dataSource, runner);
  // For the next statement only.
  await send(dataSource, runner, 'SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED');
  const written = await read(on, row);
  const committed = await read(on, row);
  const id = written?.['writer'];
  if (typeof id !== 'string' || id === committed?.['writer'] || Number(written?.['token']) > row.token) {
    return undefined;
  }
  const connection = Number.parseInt(id, 10);
  return { id, connection, description: `connection ${connection}` };
}

async function read(on: SqlExecutor, { table, service }: RowWrite): Promise<Row | undefined> {
  const { rows } = await on.execute(
    sql`SELECT token, writer FROM ${tableName(table)} WHERE service = ${service}`,
  );
  return rows[0];
}

async function isCommitting(on: SqlExecutor, { connection }: { connection: number }): Promise<boolean> {
  const { rows } = await on.execute(
    sql`SELECT 1 FROM information_schema.PROCESSLIST WHERE ID = ${connection} AND INFO LIKE ${'COMMIT%'}`,
  );
  return rows.length > 0;
}
