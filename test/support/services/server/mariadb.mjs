import { findBinaries, findInstalled } from '../binaries.mjs';
import { installFromDebian } from '../installation/from-debian.mjs';
import { baseOf, mysqlReady, serveMysql } from './mysql-protocol.mjs';

const PROGRAMS = ['mariadb-install-db', 'mariadbd'];
const SUITE = 'trixie';

/** MariaDB with honest durability. */
export const mariadb = {
  name: 'mariadb',
  title: 'MariaDB',
  variable: 'MARIADB_URL',
  package: 'mariadb-server',
  systemUser: 'mysql',
  needs: [],

  find() {
    return findBinaries(mariadb, PROGRAMS);
  },

  start: (context) => start(context, []),

  ready: mysqlReady,

  compose: { port: 3306, url: (address) => `mariadb://root:flamingock@${address}/flamingock` },
};

/** The same in a newer version. */
export const mariadb11 = {
  ...mariadb,
  name: 'mariadb11',
  title: 'MariaDB 11.8',
  variable: 'MARIADB11_URL',
  package: 'MariaDB 11.8 (npm run services -- install)',
  version: SUITE,

  install: (folder) =>
    installFromDebian(folder, {
      suite: SUITE,
      packages: ['mariadb-server-core', 'mariadb-client-core'],
      programs: ['usr/sbin/mariadbd', 'usr/bin/my_print_defaults', 'usr/bin/resolveip'],
    }),

  find() {
    return findInstalled(mariadb11, PROGRAMS, ['usr/sbin', 'usr/bin']);
  },

  start: (context) => start(context, [baseOf(context.programs.mariadbd)]),
};

async function start(context, place) {
  const { folder, programs } = context;
  const args = [...place, `--datadir=${folder.file('data')}`];
  await folder.run(programs['mariadb-install-db'], ['--no-defaults', ...args, '--skip-test-db']);
  return serveMysql('mariadb', programs.mariadbd, args, context);
}
