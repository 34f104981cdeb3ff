import { ComposeProject, dockerAnswers } from './source/compose.mjs';
import { useGiven } from './source/given.mjs';
import { startFromPackages } from './source/packages.mjs';
import { ServerMissingError } from './server-missing.error.mjs';
import { serverNamed } from './servers.mjs';

/**
 * The servers of one run, each started when it is first asked for, and once.
 *
 * Where a server comes from: a URL given for it; else Docker Compose where an engine answers; else installed
 * programs. `SERVICES_FROM=docker` or `SERVICES_FROM=packages` decides between the latter two.
 */
export class Services {
  #starts = new Map();
  #answers = new Map();
  #stopping = false;
  #docker;
  #project;

  /** @param folder for the data of servers that are started */
  constructor(folder) {
    this.folder = folder;
  }

  /**
   * Never rejects.
   *
   * @param given URLs from the environment, by server name
   * @returns `{ state: 'running', url, source, pid? }`, or `{ state: 'missing' | 'failed', message, optional }`
   */
  async ask(name, given = {}) {
    const server = serverNamed(name);
    const key = JSON.stringify([name, ...[name, ...server.needs].map((one) => given[one])]);
    if (!this.#starts.has(key)) this.#starts.set(key, this.#start(server, given));
    const { answer } = await this.#starts.get(key);
    this.#answers.set(name, answer);
    // What is missing now may be installed before somebody asks again.
    if (answer.state === 'missing') this.#starts.delete(key);
    return answer;
  }

  /** The last answer for each server that was asked for. */
  answers() {
    return Object.fromEntries(this.#answers);
  }

  /** Stops all that was started; one that does not stop does not keep the others. */
  async stop() {
    this.#stopping = true;
    const started = await Promise.all(this.#starts.values());
    const stops = [...started.map(({ stop }) => stop?.()), this.#project?.stop()];
    const faults = (await Promise.allSettled(stops)).filter(({ status }) => status === 'rejected');
    if (faults.length > 0) throw new Error(faults.map(({ reason }) => reason.message).join('\n'));
  }

  async #start(server, given) {
    try {
      const { stop, ...running } = await this.#open(server, given);
      return { answer: { state: 'running', ...running }, stop };
    } catch (error) {
      const state = error instanceof ServerMissingError ? 'missing' : 'failed';
      // What somebody names by its URL has to be there.
      const optional = server.optional === true && !given[server.name];
      return { answer: { state, message: error.message, optional } };
    }
  }

  async #open(server, given) {
    if (given[server.name]) return useGiven(server, given[server.name]);
    const needed = await Promise.all(server.needs.map((name) => this.#needed(server, name, given)));
    if (this.#stopping) throw new Error(`${server.title} was asked for after the end of the run`);
    // A container can be put in front of a container only.
    const mayBeInDocker = server.compose && needed.every(({ source }) => source === 'docker');
    const inDocker = mayBeInDocker && (await this.#dockerAnswers());
    if (inDocker) return (this.#project ??= new ComposeProject(this.folder)).start(server.name);
    const urls = Object.fromEntries(needed.map(({ name, url }) => [name, url]));
    return startFromPackages(server, this.folder, urls);
  }

  async #needed(server, name, given) {
    const answer = await this.ask(name, given);
    if (answer.state === 'running') return { name, ...answer };
    if (answer.state === 'failed') throw new Error(`${server.title} needs ${name}: ${answer.message}`);
    throw new ServerMissingError(server, `it needs ${name}`, answer.message);
  }

  #dockerAnswers() {
    const from = process.env.SERVICES_FROM;
    if (from === 'packages') return false;
    if (from === 'docker') return true;
    return (this.#docker ??= dockerAnswers());
  }
}
