import { raw } from '../../sql/sql.js';
import type { PutRight } from '../altered-session.js';
import type { SqlExecutor } from '../../sql/dialect.js';
import { mysqlDialect } from './mysql.dialect.js';

/** What texts, names and rights of our own statements depend on, how long they wait for locks, and how long MariaDB lets them run. */
const SESSION = raw(
  'SELECT DATABASE() AS place, CURRENT_ROLE() AS role, @@sql_mode AS mode, @@character_set_client AS client, ' +
    '@@collation_connection AS collation, @@character_set_results AS results, ' +
    '@@innodb_lock_wait_timeout AS row_wait, @@lock_wait_timeout AS table_wait' +
    '/*M!100101 , @@max_statement_time AS seconds */',
);

/** Takes note of the session, and gives what makes it that again. */
export async function rememberSession(
  on: SqlExecutor,
  send: (text: string) => Promise<unknown>,
): Promise<PutRight> {
  const { rows } = await on.execute(SESSION);
  const { place, role, mode, client, collation, results, row_wait, table_wait, seconds } = rows[0] ?? {};
  const limit = seconds === undefined ? '' : `, max_statement_time = ${Number(seconds)}`;
  // The characters come first: names are written in them.
  const statements = [
    `SET character_set_client = ${String(client)}, collation_connection = ${String(collation)}, ` +
      `character_set_results = ${String(results)}, sql_mode = '${String(mode)}', ` +
      `innodb_lock_wait_timeout = ${Number(row_wait)}, lock_wait_timeout = ${Number(table_wait)}${limit}`,
    `SET ROLE ${rolesOf(role)}`,
  ];
  if (typeof place === 'string') statements.push(`USE ${mysqlDialect.quote(place)}`);
  return async () => {
    for (const statement of statements) await send(statement);
  };
}

/** MySQL gives them as they are written, MariaDB the bare name of the one. */
function rolesOf(role: unknown): string {
  if (typeof role !== 'string') return 'NONE';
  return role === 'NONE' || role.startsWith('`') ? role : mysqlDialect.quote(role);
}
