import { randomBytes } from 'node:crypto';
import { findBinaries } from '../binaries.mjs';

/** MariaDB with honest durability: every commit is flushed. */
export const mariadb = {
  name: 'mariadb',
  title: 'MariaDB',
  variable: 'MARIADB_URL',
  package: 'mariadb-server',
  systemUser: 'mysql',
  needs: [],

  find() {
    return findBinaries(mariadb, ['mariadb-install-db', 'mariadbd']);
  },

  async start({ folder, port, programs }) {
    const data = `--datadir=${folder.file('data')}`;
    await folder.run(programs['mariadb-install-db'], ['--no-defaults', data, '--skip-test-db']);
    const password = randomBytes(12).toString('hex');
    const users = folder.write(
      'users.sql',
      `CREATE USER IF NOT EXISTS flamingock@'%' IDENTIFIED BY '${password}';\n` +
        `GRANT ALL PRIVILEGES ON *.* TO flamingock@'%' WITH GRANT OPTION;\n` +
        `CREATE DATABASE IF NOT EXISTS flamingock;\n`,
    );
    const args = [
      ...['--no-defaults', data, `--init-file=${users}`],
      ...['--bind-address=127.0.0.1', `--port=${port}`, '--skip-name-resolve'],
      ...[`--socket=${folder.file('socket')}`, `--pid-file=${folder.file('pid')}`],
      ...['--innodb-flush-log-at-trx-commit=1', '--innodb-doublewrite=1', '--innodb-buffer-pool-size=64M'],
      ...['--max-connections=200', '--character-set-server=utf8mb4'],
    ];
    const serve = () => folder.serve(programs.mariadbd, args, 'SIGTERM');
    const url = `mariadb://flamingock:${password}@127.0.0.1:${port}/flamingock`;
    return { url, serving: serve(), serveAgain: serve };
  },

  async ready(url) {
    const { createConnection } = await import('mysql2/promise');
    const connection = await createConnection({ uri: url, connectTimeout: 2_000 });
    try {
      await connection.query('SELECT 1');
    } finally {
      connection.destroy();
    }
  },

  compose: { port: 3306, url: (address) => `mariadb://root:flamingock@${address}/flamingock` },
};
