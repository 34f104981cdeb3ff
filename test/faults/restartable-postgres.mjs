import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../services/free-port.mjs';
import { end } from '../services/processes.mjs';
import { ServerFolder } from '../services/server-folder.mjs';
import { postgres } from '../services/server/postgres.mjs';
import { systemUser } from '../services/system-user.mjs';
import { waitUntilReady } from '../services/wait-until-ready.mjs';

/** A PostgreSQL of one test's own, from installed programs, that can be stopped and started again. */
export class RestartablePostgres {
  #parent = readableFolder();
  #folder = new ServerFolder(this.#parent, 'postgres', systemUser(postgres));
  #programs = postgres.find();
  #port;
  #serving;
  url;

  static async start() {
    const server = new RestartablePostgres();
    server.#port = await freePort();
    const { url, serving } = await postgres.start({
      folder: server.#folder,
      port: server.#port,
      programs: server.#programs,
    });
    server.url = url;
    server.#serving = serving;
    await server.#ready();
    return server;
  }

  /** Cuts every session and ends the server; resolves once it has ended. */
  stop() {
    return end(this.#serving.pid, this.#folder.path, this.#serving.signal);
  }

  /** Starts the server again on the same data and port. */
  async startAgain() {
    const args = [
      '-D',
      this.#folder.file('data'),
      '-p',
      String(this.#port),
      '-c',
      'unix_socket_directories=',
    ];
    this.#serving = this.#folder.serve(this.#programs.postgres, args, 'SIGINT');
    await this.#ready();
  }

  async remove() {
    await this.stop();
    rmSync(this.#parent, { recursive: true });
  }

  #ready() {
    return waitUntilReady(postgres, this.url, { dead: () => this.#serving.ended });
  }
}

/** One that the user as whom the server runs can enter. */
function readableFolder() {
  const path = mkdtempSync(join(tmpdir(), 'flamingock-restart-'));
  chmodSync(path, 0o755);
  return path;
}
