import type { DataSource, QueryRunner } from 'typeorm';
import { list, raw, sql } from '../../sql/sql.js';
import type { PutRight } from '../altered-session.js';
import type { SqlExecutor } from '../../sql/dialect.js';
import { inlined } from './postgres.dialect.js';
import { sendSeveral } from './postgres.messages.js';

/** What our own statements depend on; the user comes before its role. */
const SETTINGS = [
  'session_authorization',
  'role',
  'search_path',
  'client_encoding',
  'application_name',
  'statement_timeout',
  'lock_timeout',
];

const SESSION = sql`SELECT ${list(SETTINGS.map((setting) => raw(`pg_catalog.current_setting('${setting}') AS ${setting}`)))}`;

/** Behind a pooler the session goes on when the connection is closed, with what was set in it. */
const FORGET = ['RESET SESSION AUTHORIZATION', 'RESET ROLE', 'RESET ALL'];

/** Takes note of the session, and gives what makes it that again, to the end of the transaction. */
export async function rememberSession(
  on: SqlExecutor,
  dataSource: DataSource,
  runner: QueryRunner,
): Promise<PutRight> {
  const { rows } = await on.execute(SESSION);
  const settings = SETTINGS.map(
    (setting) => sql`pg_catalog.set_config(${setting}, ${String(rows[0]?.[setting])}, true)`,
  );
  const restore = inlined(sql`SELECT ${list(settings)}`);
  // Deferred triggers run in the session that the change has made.
  return (effect) =>
    sendSeveral(dataSource, runner, [
      'SET CONSTRAINTS ALL IMMEDIATE',
      ...(effect === 'lasting' ? FORGET : []),
      restore,
    ]);
}
