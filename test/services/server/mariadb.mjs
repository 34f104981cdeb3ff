import { findBinaries } from '../binaries.mjs';
import { mysqlReady, serveMysql } from './mysql-protocol.mjs';

/** MariaDB with honest durability. */
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

  async start(context) {
    const { folder, programs } = context;
    const data = `--datadir=${folder.file('data')}`;
    await folder.run(programs['mariadb-install-db'], ['--no-defaults', data, '--skip-test-db']);
    return serveMysql('mariadb', programs.mariadbd, [data], context);
  },

  ready: mysqlReady,

  compose: { port: 3306, url: (address) => `mariadb://root:flamingock@${address}/flamingock` },
};
