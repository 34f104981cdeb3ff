import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../support/services/free-port.mjs';
import { end } from '../../support/services/processes.mjs';
import { ServerFolder } from '../../support/services/server-folder.mjs';
import { redis } from '../../support/services/server/redis.mjs';
import { systemUser } from '../../support/services/system-user.mjs';
import { waitUntilReady } from '../../support/services/wait-until-ready.mjs';

/** A Redis of one test's own, from installed programs, with settings that others must not meet. */
export class OwnRedis {
  #parent = mkdtempSync(join(tmpdir(), 'flamingock-redis-'));
  #folder = new ServerFolder(this.#parent, 'redis', systemUser(redis));
  #settings;
  #serving;
  url;
  port;

  static async start(settings = {}) {
    const server = new OwnRedis();
    server.port = await freePort();
    server.url = `redis://127.0.0.1:${server.port}`;
    const all = {
      bind: '127.0.0.1',
      port: server.port,
      dir: server.#folder.path,
      save: '""',
      'proc-title-template': '"{title} {config-file}"',
      ...settings,
    };
    const lines = Object.entries(all).map(([name, value]) => `${name} ${value}\n`);
    server.#settings = server.#folder.write('redis.conf', lines.join(''));
    await server.startAgain();
    return server;
  }

  /** Starts it again with the same settings, on what it has on disk. */
  async startAgain() {
    const { 'redis-server': program } = redis.find();
    this.#serving = this.#folder.serve(program, [this.#settings], 'SIGTERM');
    await waitUntilReady(redis, this.url, { dead: () => this.#serving.ended });
  }

  /** Resolves once it has ended. */
  stop() {
    return end(this.#serving.pid, this.#folder.path, this.#serving.signal);
  }

  async remove() {
    await this.stop();
    rmSync(this.#parent, { recursive: true });
  }
}
