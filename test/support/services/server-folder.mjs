import { execFileSync, spawn } from 'node:child_process';
import { chownSync, closeSync, mkdtempSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Name of the file that says which process serves in a folder: `{ pid, signal }`. */
export const PROCESS_FILE = 'process.json';
const LOG_FILE = 'server.log';
const TAIL_LINES = 30;

/** Everything of one server: its data, its settings, its log, and the user as whom its programs run. */
export class ServerFolder {
  /** Makes a new folder in `parent`, whose name starts with `name`. */
  constructor(parent, name, user) {
    this.user = user;
    this.path = mkdtempSync(join(parent, `${name}-`));
    this.#own(this.path);
  }

  file(name) {
    return join(this.path, name);
  }

  /** Writes a file that nobody but the server may read; it may hold a password. */
  write(name, text) {
    writeFileSync(this.file(name), text, { mode: 0o600 });
    this.#own(this.file(name));
    return this.file(name);
  }

  /** Copies another folder into this one. @returns where it is */
  copy(source, name) {
    const target = this.file(name);
    const { uid, gid } = this.user;
    execFileSync('cp', ['-R', '-P', source, target]);
    if (uid !== undefined) execFileSync('chown', ['-R', `${uid}:${gid}`, target]);
    return target;
  }

  /** Runs a program to its end. @throws with the end of the log when it fails */
  async run(program, args) {
    const { ended } = this.#spawn(program, args);
    const how = await ended;
    if (how !== 'exit code 0') throw new Error(`${program} failed: ${how}\n${this.logTail()}`);
  }

  /**
   * Starts the server itself.
   *
   * @param signal what makes it end in good order
   * @returns `pid`, `signal` and `ended`: undefined while it runs, then how it ended
   */
  serve(program, args, signal) {
    const { child, ended } = this.#spawn(program, args);
    const serving = { pid: child.pid, signal, ended: undefined };
    void ended.then((how) => (serving.ended = how));
    if (child.pid !== undefined) this.write(PROCESS_FILE, JSON.stringify({ pid: child.pid, signal }));
    return serving;
  }

  logTail() {
    const lines = readFileSync(this.file(LOG_FILE), 'utf8').trimEnd().split('\n');
    return lines.slice(-TAIL_LINES).join('\n');
  }

  #spawn(program, args) {
    const log = openSync(this.file(LOG_FILE), 'a');
    const child = spawn(program, args, { cwd: this.path, stdio: ['ignore', log, log], ...this.user });
    closeSync(log);
    const ended = new Promise((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
    });
    return { child, ended };
  }

  #own(path) {
    if (this.user.uid !== undefined) chownSync(path, this.user.uid, this.user.gid);
  }
}
