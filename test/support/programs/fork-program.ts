import { fork, type ChildProcess } from 'node:child_process';
import { join, resolve } from 'node:path';

/** Starts a program of `bundle.mjs` as a process: one by name, or a bundle elsewhere by its path. */
export function forkProgram(program: string, args: string[], execArgv: string[] = []): ChildProcess {
  const bundle = program.includes('/')
    ? resolve(program)
    : resolve('test/support/programs/dist', `${program}.cjs`);
  return fork(join(process.cwd(), 'test/support/programs/run.mjs'), [bundle, ...args], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    execArgv,
  });
}
