import type { DataSource, QueryRunner } from 'typeorm';
import { altersSession, postgresSessionEffect } from '../../sql/session-effect.js';
import { sql, type Row, type Sql } from '../../sql/sql.js';
import type { Admission } from '../database.js';
import { driverError } from '../driver-error.js';
import { explainPostgresEnd, watchConnection } from '../ended-connection.js';
import { inlined, markStart, postgresDialect, transactionMark } from './postgres.dialect.js';
import { executorOn, sendSeveral } from './postgres.messages.js';
import { setDepth } from '../query-runner.js';
import { PostgresSearchPath } from './postgres.search-path.js';
import {
  admittedRow,
  beginning,
  COMMITTING,
  IN_FAILED_TRANSACTION,
  PostgresTransaction,
} from './postgres.transaction.js';
import type { RowWrite } from '../../sql/row-write.js';
import type { Server } from '../server.js';

/** node-postgres keeps at most so many connections unless it is told otherwise. */
const DEFAULT_POOL_SIZE = 10;

/** PostgreSQL; in transaction mode, PgBouncer in front of it changes nothing here. */
export const postgresServer: Server = {
  dialect: postgresDialect,

  executor: executorOn,

  searchPath: (dataSource, connected) => new PostgresSearchPath(dataSource, connected),

  async begin(parts, admission) {
    const { dataSource, runner } = parts;
    const transaction = new PostgresTransaction({ ...parts, executor: executorOn(dataSource, runner) });
    if (admission) transaction.admitted = await beginAdmitted(dataSource, runner, admission);
    else await runner.startTransaction();
    return transaction;
  },

  altersSession: (text) => altersSession(text, postgresDialect.lexicalRules, postgresSessionEffect),

  async isInTransaction(dataSource, runner) {
    try {
      const { rows } = await executorOn(dataSource, runner).execute(
        sql`SELECT (pg_catalog.now() <> pg_catalog.statement_timestamp())::pg_catalog.int4 AS open`,
      );
      return Number(rows[0]?.['open']) === 1;
    } catch (error) {
      if (driverError(error).code === IN_FAILED_TRANSACTION) return true;
      throw error;
    }
  },

  watchEnd(runner) {
    const end = watchConnection(runner);
    return (changeId, error) => explainPostgresEnd(changeId, error, end.reason);
  },

  poolSize({ options }) {
    const { extra, poolSize } = options as { extra?: { max?: unknown }; poolSize?: unknown };
    return Number(extra?.max ?? poolSize ?? DEFAULT_POOL_SIZE);
  },

  poolSetting: 'poolSize (or extra.max)',

  connectionsInUse({ driver }) {
    const { totalCount = 0, idleCount = 0 } = (driver as { master?: Pool }).master ?? {};
    return totalCount - idleCount;
  },

  async endHolder(dataSource, on, row, seen) {
    const { rows } = await executorOn(dataSource, on).execute(holderOf(row, seen?.id));
    const [holder] = rows;
    return holder && { id: String(holder['id']), description: String(holder['description']) };
  },
};

/** node-postgres' pool, as far as we look at it. */
interface Pool {
  readonly totalCount?: number;
  readonly idleCount?: number;
}

/** As TypeORM begins a transaction, but with the admission in the same message. */
async function beginAdmitted(
  dataSource: DataSource,
  runner: QueryRunner,
  admission: Admission,
): Promise<Row> {
  await runner.broadcaster.broadcast('BeforeTransactionStart');
  const text = inlined(admission.statement());
  const [, entered] = await sendSeveral(dataSource, runner, [beginning(dataSource), text]);
  setDepth(runner, 1);
  const row = admittedRow(entered);
  if (!row) throw admission.refusal();
  await runner.broadcaster.broadcast('AfterTransactionStart');
  return row;
}

/**
 * Our own waiting connection is the one whose transaction bears the mark of this very write, and the
 * server knows whom it waits for. Others may stand in the same line, each waiting for the one before;
 * a line ends at the transaction that does not wait for anything of this table. What that transaction itself
 * waits for does not matter. It is ended only if it bears the mark of the same row with a token that is
 * not above, was found there before, and is not just committing.
 */
function holderOf(write: RowWrite, seen: string | undefined): Sql {
  const { table, token } = write;
  const qualified = [table.schema, table.name].map((part) => postgresDialect.quote(part ?? '')).join('.');
  return sql`WITH RECURSIVE queuing (pid) AS (
  SELECT DISTINCT l.pid FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_database d ON d.oid = l.database
  WHERE d.datname = pg_catalog.current_database() AND l.relation = pg_catalog.to_regclass(${qualified})
    AND (l.locktype = 'tuple' OR NOT l.granted)
), line (pid) AS (
  SELECT b.pid FROM pg_catalog.pg_stat_activity w, pg_catalog.unnest(pg_catalog.pg_blocking_pids(w.pid)) AS b (pid)
  WHERE w.datname = pg_catalog.current_database() AND w.application_name = ${transactionMark(write)} AND w.wait_event_type = 'Lock'
  UNION
  SELECT b.pid FROM line JOIN queuing ON queuing.pid = line.pid, pg_catalog.unnest(pg_catalog.pg_blocking_pids(line.pid)) AS b (pid)
)
SELECT h.id, 'connection ' || h.pid || ' (user ' || coalesce(h.usename, '?') || ', ' || coalesce(h.state, 'state unknown') || ')' AS description,
  CASE WHEN h.id = ${seen ?? ''} AND h.token <= ${token} AND NOT h.committing THEN pg_catalog.pg_terminate_backend(h.pid) END AS ended
FROM (
  SELECT a.pid, a.usename, a.state, a.pid || ' ' || coalesce(a.xact_start::text, '') AS id,
    substring(a.application_name FROM ${`^${markStart(write)}([0-9]{1,18}):`})::bigint AS token,
    coalesce(a.state = 'active' AND (a.query ILIKE 'COMMIT%' OR pg_catalog.starts_with(a.query, ${COMMITTING})), false) AS committing
  FROM line JOIN pg_catalog.pg_stat_activity a ON a.pid = line.pid
  WHERE NOT EXISTS (SELECT 1 FROM queuing WHERE queuing.pid = a.pid)
) AS h`;
}
