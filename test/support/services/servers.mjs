import { kafka } from './server/kafka.mjs';
import { mariadb, mariadb11 } from './server/mariadb.mjs';
import { mongodb, mongodbStandalone } from './server/mongodb.mjs';
import { mysql } from './server/mysql.mjs';
import { opensearch } from './server/opensearch.mjs';
import { pgbouncer } from './server/pgbouncer.mjs';
import { postgres, postgres18 } from './server/postgres.mjs';
import { redis, redisCluster, valkey } from './server/redis.mjs';
import { seaweedfs } from './server/seaweedfs.mjs';

/**
 * Every server that a test can ask for. Each says:
 *
 * - `name`, `title`, `variable` (its URL in the environment), `package` that brings it
 * - `systemUser`: as whom it runs where we are root; absent: as ourselves
 * - `version` and `install(folder)`, where no system package brings it: puts its programs into `folder`
 * - `optional`: true where a run may do without it, even with CI set
 * - `needs`: names of servers that must answer first
 * - `find()`: its programs, or ServerMissingError
 * - `start({ folder, port, programs, urls })`: `{ url, serving, serveAgain }`, not yet ready; `urls` are of what
 *   it needs; `serveAgain()` starts it on the same data and port once it has ended
 * - `ready(url)`: resolves once the server has answered a real request, rejects when it has not
 * - `compose`: its port in compose.yml, where the service has the same name, and the URL for an address;
 *   `announced` if clients must find it on the very port that it says; absent: not from Docker
 */
export const servers = [
  ...[postgres, postgres18, pgbouncer, mariadb, mariadb11, mysql],
  ...[mongodb, mongodbStandalone, redis, redisCluster, valkey, kafka, seaweedfs, opensearch],
];

export function serverNamed(name) {
  const server = servers.find((one) => one.name === name);
  if (server) return server;
  throw new Error(`no server "${name}"; there are: ${servers.map((one) => one.name).join(', ')}`);
}

/** URLs that the environment gives, by server name. */
export function givenUrls(env = process.env) {
  const given = servers.filter(({ variable }) => env[variable]);
  return Object.fromEntries(given.map(({ name, variable }) => [name, env[variable]]));
}
