import { randomBytes } from 'node:crypto';
import { dirname } from 'node:path';

/** Where the rest of a server is whose programs are in `bin` or `sbin`. */
export const baseOf = (program) => `--basedir=${dirname(dirname(program))}`;

/**
 * Starts a server on data that have been prepared, with honest durability: every commit is flushed.
 *
 * @param type of its URL
 * @param args that this server takes besides those of all
 */
export function serveMysql(type, program, args, { folder, port }) {
  const password = randomBytes(12).toString('hex');
  const users = folder.write(
    'users.sql',
    `CREATE USER IF NOT EXISTS flamingock@'%' IDENTIFIED BY '${password}';\n` +
      `GRANT ALL PRIVILEGES ON *.* TO flamingock@'%' WITH GRANT OPTION;\n` +
      `CREATE DATABASE IF NOT EXISTS flamingock;\n`,
  );
  const all = [
    ...['--no-defaults', ...args, `--init-file=${users}`],
    ...['--bind-address=127.0.0.1', `--port=${port}`, '--skip-name-resolve'],
    ...[`--socket=${folder.file('socket')}`, `--pid-file=${folder.file('pid')}`],
    // A server that starts deletes the temporary tables of every other one that has the same folder for them.
    `--tmpdir=${folder.path}`,
    ...['--innodb-flush-log-at-trx-commit=1', '--innodb-doublewrite=1', '--innodb-buffer-pool-size=64M'],
    ...['--max-connections=200', '--character-set-server=utf8mb4'],
  ];
  const serve = () => folder.serve(program, all, 'SIGTERM');
  const url = `${type}://flamingock:${password}@127.0.0.1:${port}/flamingock`;
  return { url, serving: serve(), serveAgain: serve };
}

/** Resolves once the server has answered. */
export async function mysqlReady(url) {
  const { createConnection } = await import('mysql2/promise');
  const connection = await createConnection({ uri: url, connectTimeout: 2_000 });
  try {
    await connection.query('SELECT 1');
  } finally {
    connection.destroy();
  }
}
