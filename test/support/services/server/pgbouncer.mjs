import { findBinaries } from '../binaries.mjs';
import { postgres } from './postgres.mjs';

/** PgBouncer in transaction pooling mode, in front of the same PostgreSQL, every database of it. */
export const pgbouncer = {
  name: 'pgbouncer',
  title: 'PgBouncer',
  variable: 'PGBOUNCER_URL',
  package: 'pgbouncer',
  systemUser: 'postgres',
  needs: ['postgres'],

  find() {
    return findBinaries(pgbouncer, ['pgbouncer']);
  },

  async start({ folder, port, programs, urls }) {
    const behind = new URL(urls.postgres);
    const users = folder.write('users.txt', `${quoted(behind.username)} ${quoted(behind.password)}\n`);
    const settings = folder.write(
      'pgbouncer.ini',
      `[databases]
* = host=${behind.hostname} port=${behind.port || 5432}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${users}
pool_mode = transaction
max_client_conn = 500
default_pool_size = 20
`,
    );
    // It keeps nothing, and a softer signal may wait for clients.
    const serve = () => folder.serve(programs.pgbouncer, [settings], 'SIGKILL');
    const { href } = Object.assign(new URL(behind), { hostname: '127.0.0.1', port: String(port) });
    return { url: href, serving: serve(), serveAgain: serve };
  },

  ready: (url) => postgres.ready(url),

  compose: { port: 5432, url: (address) => postgres.compose.url(address) },
};

const quoted = (text) => `"${decodeURIComponent(text).replaceAll('"', '""')}"`;
