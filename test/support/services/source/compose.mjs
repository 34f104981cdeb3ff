import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { freePort } from '../free-port.mjs';
import { serverNamed, servers } from '../servers.mjs';
import { waitUntilReady } from '../wait-until-ready.mjs';

const COMPOSE_FILE = fileURLToPath(new URL('../../../../compose.yml', import.meta.url));
/** Left in a folder whose servers are containers, for whoever cleans up after a killed run. */
export const COMPOSE_PROJECT_FILE = 'compose-project';
const run = promisify(execFile);

/** Whether an engine really answers, not only whether the command is there. */
export async function dockerAnswers() {
  try {
    await run('docker', ['info', '--format', '{{.ServerVersion}}'], { timeout: 5_000 });
    await run('docker', ['compose', 'version'], { timeout: 5_000 });
    return true;
  } catch {
    return false;
  }
}

/** One Compose project, apart from any other of the same file: own name, own ports. */
export class ComposeProject {
  #last = Promise.resolve();

  constructor(folder) {
    this.name = basename(folder).toLowerCase();
    writeFileSync(join(folder, COMPOSE_PROJECT_FILE), this.name);
  }

  /** One at a time: two at once would both create the network. */
  start(name) {
    const started = this.#last.then(() => this.#start(serverNamed(name)));
    this.#last = started.catch(() => undefined);
    return started;
  }

  async #start(server) {
    const port = server.compose.announced ? await freePort() : 0;
    const up = ['up', '--detach', '--wait', '--wait-timeout', '300', server.name];
    await compose(this.name, up, { [portVariable(server)]: String(port) });
    const address = await compose(this.name, ['port', server.name, String(server.compose.port)]);
    const url = server.compose.url(address.trim());
    await waitUntilReady(server, url, { dead: () => undefined });
    return { url, source: 'docker', stop: async () => undefined };
  }

  stop() {
    return removeComposeProject(this.name);
  }
}

/** Ends and removes the containers of a project, with their data. */
export async function removeComposeProject(name) {
  await compose(name, ['down', '--volumes', '--remove-orphans', '--timeout', '2']);
}

const portVariable = ({ name }) => `${name.toUpperCase()}_PORT`;

async function compose(project, args, chosenPorts = {}) {
  const all = ['compose', '--project-name', project, '--file', COMPOSE_FILE, ...args];
  // Port 0: any that is free.
  const ports = Object.fromEntries(servers.map((server) => [portVariable(server), '0']));
  try {
    return (await run('docker', all, { env: { ...process.env, ...ports, ...chosenPorts } })).stdout;
  } catch (error) {
    throw new Error(
      `docker ${all.join(' ')} failed:\n${error.stderr || error.message}\n` +
        `SERVICES_FROM=packages starts installed servers instead.`,
      { cause: error },
    );
  }
}
