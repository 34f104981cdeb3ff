import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runsIn } from './processes.mjs';
import { servers } from './servers.mjs';

const CLI = 'test/support/services/cli.mjs';
const JEST = ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js'];

export interface Finished {
  readonly code: number | null;
  readonly output: string;
}

/** A person at a terminal: commands with a state file and an environment apart from everybody else's. */
export class Terminal {
  private readonly folder = mkdtempSync(join(tmpdir(), 'flamingock-terminal-'));
  private readonly env: NodeJS.ProcessEnv;

  /** Servers come from installed programs unless `env` says otherwise. */
  constructor(env: NodeJS.ProcessEnv = {}) {
    const inherited = { ...process.env };
    for (const name of ['CI', ...servers.map(({ variable }) => variable)])
      Reflect.deleteProperty(inherited, name);
    const state = join(this.folder, 'state.json');
    this.env = { ...inherited, SERVICES_FROM: 'packages', SERVICES_STATE: state, ...env };
  }

  /** `npm run services -- …` */
  services(...args: string[]): Promise<Finished> {
    return this.node(CLI, ...args);
  }

  /** Runs one file of `fixtures/` as `npm test` runs a spec. */
  test(fixture: string): Promise<Finished> {
    return this.node(...JEST, '--testMatch', `**/services/fixtures/${fixture}`);
  }

  node(...args: string[]): Promise<Finished> {
    return finished(this.start(...args));
  }

  start(...args: string[]) {
    return spawn(process.execPath, args, { env: this.env, stdio: ['ignore', 'pipe', 'pipe'] });
  }

  /** Folder of the servers that are kept running. */
  keptFolder(): string {
    const state = JSON.parse(readFileSync(this.env['SERVICES_STATE']!, 'utf8')) as { folder: string };
    return state.folder;
  }

  async close(): Promise<void> {
    await this.services('down');
    rmSync(this.folder, { recursive: true, force: true });
  }
}

async function finished(child: ReturnType<Terminal['start']>): Promise<Finished> {
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, output };
}

/** A process that serves in a folder. */
export interface Serving {
  readonly pid: number;
  readonly folder: string;
}

/** The keeper of a folder, and the servers that it started. */
export function processesOf(folder: string): Serving[] {
  const servers = readdirSync(folder)
    .map((name) => join(folder, name))
    .filter((server) => existsSync(join(server, 'process.json')))
    .map((server) => ({ pid: pidIn(join(server, 'process.json')), folder: server }));
  return [{ pid: Number(readFileSync(join(folder, 'keeper.pid'), 'utf8')), folder }, ...servers];
}

function pidIn(file: string): number {
  return (JSON.parse(readFileSync(file, 'utf8')) as { pid: number }).pid;
}

/** Settles once neither the folder nor any of the processes is left. */
export async function gone(folder: string, processes: readonly Serving[]): Promise<void> {
  while (existsSync(folder) || processes.some((one) => runsIn(one.pid, one.folder)))
    await new Promise((resolve) => setTimeout(resolve, 20));
}
