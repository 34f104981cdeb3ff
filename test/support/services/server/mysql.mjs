import { findInstalled } from '../binaries.mjs';
import { installFromDebian } from '../installation/from-debian.mjs';
import { baseOf, mysqlReady, serveMysql } from './mysql-protocol.mjs';

const SUITE = 'sid';

/**
 * MySQL with honest durability. Of Debian's suites only `sid` has it, which moves from day to day: nobody can say
 * that it will be there tomorrow.
 */
export const mysql = {
  name: 'mysql',
  title: 'MySQL',
  variable: 'MYSQL_URL',
  package: 'MySQL (npm run services -- install)',
  systemUser: 'mysql',
  version: SUITE,
  optional: true,
  needs: [],

  install: (folder) =>
    installFromDebian(folder, {
      suite: SUITE,
      packages: ['mysql-server-core'],
      programs: ['usr/sbin/mysqld'],
    }),

  find() {
    return findInstalled(mysql, ['mysqld'], ['usr/sbin']);
  },

  async start(context) {
    const { folder, programs } = context;
    const args = [
      ...[baseOf(programs.mysqld), `--datadir=${folder.file('data')}`],
      // Debian's build expects a folder that only the whole package makes.
      '--secure-file-priv=NULL',
      ...['--mysqlx=OFF', '--skip-log-bin', '--performance-schema=OFF', '--innodb-redo-log-capacity=32M'],
    ];
    await folder.run(programs.mysqld, ['--no-defaults', '--initialize-insecure', ...args]);
    return serveMysql('mysql', programs.mysqld, args, context);
  },

  ready: mysqlReady,

  compose: { port: 3306, url: (address) => `mysql://root:flamingock@${address}/flamingock` },
};
