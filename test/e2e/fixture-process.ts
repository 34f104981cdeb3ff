import { fork } from 'node:child_process';
import { join } from 'node:path';
import type { ExecutionReport } from '@nestjs-flamingock/core';
import type { FixtureOptions } from './fixture/app.module.js';

/** How an instance ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly report: ExecutionReport | undefined;
  readonly stderr: string;
}

/** A running instance of the compiled fixture. */
export interface Instance {
  readonly pid: number;
  kill(signal: NodeJS.Signals): void;
  readonly exit: Promise<Exit>;
}

/** Starts an instance of the fixture as a process of its own. */
export function startInstance(options: FixtureOptions & { killBefore?: string }): Instance {
  const main = join(process.cwd(), 'test/e2e/dist/main.js');
  const child = fork(main, [JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    execArgv: [],
  });
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const exit = new Promise<Exit>((resolve) => {
    child.once('close', (code, signal) => {
      const report = stdout === '' ? undefined : (JSON.parse(stdout) as ExecutionReport);
      resolve({ code, signal, report, stderr });
    });
  });
  return { pid: child.pid ?? 0, kill: (signal) => child.kill(signal), exit };
}

/** Starts an instance and waits for its end. */
export function runInstance(options: FixtureOptions & { killBefore?: string }): Promise<Exit> {
  return startInstance(options).exit;
}
