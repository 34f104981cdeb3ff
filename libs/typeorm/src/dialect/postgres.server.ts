import type { DataSource, QueryRunner } from 'typeorm';
import { sql, type Row, type Sql } from '../sql.js';
import { send, sendSeveral } from './connection.js';
import type { Admission } from './database.js';
import { driverError } from './driver-error.js';
import { inlined, postgresDialect, servicePart, transactionMark } from './postgres.dialect.js';
import { PostgresSearchPath } from './postgres.search-path.js';
import { admittedRow, beginning, COMMITTING, PostgresTransaction } from './postgres.transaction.js';
import { runnerExecutor } from './query-runner.js';
import type { AwaitedRow, Server } from './server.js';

/** node-postgres keeps at most so many connections unless it is told otherwise. */
const DEFAULT_POOL_SIZE = 10;

const IN_FAILED_TRANSACTION = '25P02';

/** PostgreSQL; in transaction mode, PgBouncer in front of it changes nothing here. */
export const postgresServer: Server = {
  dialect: postgresDialect,

  executor: (dataSource, runner) => ({
    async execute(statement) {
      const { text, values } = statement.render(postgresDialect);
      const { rows = [], rowCount } = await send(dataSource, runner, text, values);
      return { rows, affected: Number(rowCount) };
    },
  }),

  searchPath: (dataSource, connected) => new PostgresSearchPath(dataSource, connected),

  async begin(changeId, dataSource, runner, admission) {
    const executor = postgresServer.executor(dataSource, runner);
    const transaction = new PostgresTransaction(changeId, dataSource, runner, executor);
    if (admission) transaction.admitted = await beginAdmitted(dataSource, runner, admission);
    else await runner.startTransaction();
    return transaction;
  },

  async isInTransaction(dataSource, runner) {
    try {
      const { rows } = await postgresServer
        .executor(dataSource, runner)
        .execute(sql`SELECT pg_catalog.now() <> pg_catalog.statement_timestamp() AS open`);
      return rows[0]?.['open'] === true;
    } catch (error) {
      if (driverError(error).code === IN_FAILED_TRANSACTION) return true;
      throw error;
    }
  },

  poolSize({ options }) {
    const { extra, poolSize } = options as { extra?: { max?: unknown }; poolSize?: unknown };
    return Number(extra?.max ?? poolSize ?? DEFAULT_POOL_SIZE);
  },

  async endHolder(on, row, seen) {
    const { rows } = await runnerExecutor(on, postgresDialect).execute(holderOf(row, seen?.id));
    const [holder] = rows;
    return holder && { id: String(holder['id']), description: String(holder['description']) };
  },
};

/** As TypeORM begins a transaction, but with the admission in the same message. */
async function beginAdmitted(
  dataSource: DataSource,
  runner: QueryRunner,
  admission: Admission,
): Promise<Row> {
  await runner.broadcaster.broadcast('BeforeTransactionStart');
  const text = inlined(admission.statement());
  const [, entered] = await sendSeveral(dataSource, runner, [beginning(dataSource), text]);
  Object.assign(runner, { isTransactionActive: true, transactionDepth: 1 });
  const row = admittedRow(entered);
  if (!row) throw admission.refusal();
  await runner.broadcaster.broadcast('AfterTransactionStart');
  return row;
}

/**
 * Who waits for the row bears our mark, see the dialect, and the server knows whom it
 * waits for, through any number of others in the line. At its end stands the holder. It is
 * ended only if it bears the mark of the same service with a token that is not above, was
 * found there before, and is not just committing.
 */
function holderOf({ service, token }: AwaitedRow, seen: string | undefined): Sql {
  const prefix = servicePart(service);
  return sql`WITH RECURSIVE line (pid) AS (
  SELECT b.pid FROM pg_catalog.pg_stat_activity w, unnest(pg_catalog.pg_blocking_pids(w.pid)) AS b (pid)
  WHERE w.application_name = ${transactionMark(service, token)} AND w.wait_event_type = 'Lock'
  UNION
  SELECT b.pid FROM line, unnest(pg_catalog.pg_blocking_pids(line.pid)) AS b (pid)
)
SELECT h.id, 'connection ' || h.pid || ' (user ' || coalesce(h.usename, '?') || ', ' || coalesce(h.state, 'state unknown') || ')' AS description,
  CASE WHEN h.id = ${seen ?? ''} AND h.token <= ${token} AND NOT h.committing THEN pg_catalog.pg_terminate_backend(h.pid) END AS ended
FROM (
  SELECT a.pid, a.usename, a.state, a.pid || ' ' || coalesce(a.xact_start::text, '') AS id,
    CASE WHEN starts_with(a.application_name, ${prefix}) THEN substr(a.application_name, ${prefix.length + 1})::bigint END AS token,
    coalesce(a.state = 'active' AND (a.query ILIKE 'COMMIT%' OR starts_with(a.query, ${COMMITTING})), false) AS committing
  FROM line JOIN pg_catalog.pg_stat_activity a ON a.pid = line.pid
  WHERE cardinality(pg_catalog.pg_blocking_pids(a.pid)) = 0
) AS h`;
}
