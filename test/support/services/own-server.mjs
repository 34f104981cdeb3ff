import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.mjs';
import { end } from './processes.mjs';
import { reachablePrograms } from './reachable-programs.mjs';
import { postgresStandby } from './server/postgres-standby.mjs';
import { ServerFolder } from './server-folder.mjs';
import { serverNamed } from './servers.mjs';
import { systemUser } from './system-user.mjs';
import { waitUntilReady } from './wait-until-ready.mjs';

/** How often a server is started that ends at once, as one does while the rest of a killed one is still there. */
const ATTEMPTS = 5;

/** A server of one test's own, from installed programs, that can be killed and started again. */
export class OwnServer {
  #server;
  #parent;
  #folder;
  #running;

  static start(name, options) {
    return OwnServer.#start(serverNamed(name), options);
  }

  static standbyOf({ url }) {
    return OwnServer.#start(postgresStandby, { urls: { postgres: url } });
  }

  static async #start(server, { urls = {}, environment = {}, parent = newFolder() } = {}) {
    const own = new OwnServer();
    own.#server = server;
    own.#parent = parent;
    const user = { ...systemUser(own.#server), env: { ...process.env, ...environment } };
    own.#folder = new ServerFolder(parent, server.name, user);
    own.#running = await own.#server.start({
      folder: own.#folder,
      port: await freePort(),
      programs: reachablePrograms(own.#server.find(), own.#server, own.#folder),
      urls,
    });
    await own.#ready();
    return own;
  }

  get url() {
    return this.#running.url;
  }

  async stop() {
    await this.#end(this.#running.serving.signal);
  }

  async kill() {
    await this.#end('SIGKILL');
  }

  async startAgain() {
    for (let attempt = 1; ; attempt += 1) {
      this.#running.serving = this.#running.serveAgain();
      try {
        return await this.#ready();
      } catch (error) {
        if (attempt === ATTEMPTS || this.#running.serving.ended === undefined) throw error;
      }
    }
  }

  async remove() {
    await this.kill();
    rmSync(this.#parent, { recursive: true, maxRetries: 10, retryDelay: 100 });
  }

  #end(signal) {
    return end(this.#running.serving.pid, this.#folder.path, signal);
  }

  #ready() {
    return waitUntilReady(this.#server, this.url, { dead: () => this.#running.serving.ended });
  }
}

/** One that the user as whom the server runs can enter. */
function newFolder() {
  const path = mkdtempSync(join(tmpdir(), 'flamingock-own-'));
  chmodSync(path, 0o755);
  return path;
}
