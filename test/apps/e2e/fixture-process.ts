import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { ExecutionReport } from '@nestjs-flamingock/core';
import { forkProgram } from '../../support/programs/fork-program.js';
import type { InstanceOptions } from './fixtures/main.js';
import type { Workspace } from './workspace.js';

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
  /** Resolves once the process is stopped, as by SIGSTOP. */
  stopped(): Promise<void>;
  readonly exit: Promise<Exit>;
}

/** Starts an instance of the fixture as a process of its own, its clock right or a day ahead. */
export function startInstance(options: InstanceOptions, clock: 'right' | 'ahead' = 'right'): Instance {
  const execArgv =
    clock === 'right'
      ? []
      : ['--require', join(process.cwd(), 'test/apps/e2e/dist/apps/e2e/fixtures/clock-ahead.cjs')];
  return startProgram('e2e', options, execArgv);
}

/** Starts a bundled program that prints a report or an error, with its options as its argument. */
export function startProgram(program: string, options: unknown, execArgv: string[] = []): Instance {
  const child = forkProgram(program, [JSON.stringify(options)], execArgv);
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
  const pid = child.pid ?? 0;
  return { pid, kill: (signal) => child.kill(signal), stopped: () => untilStopped(pid), exit };
}

/** Starts an instance and waits for its end. */
export function runInstance(options: InstanceOptions, clock?: 'right' | 'ahead'): Promise<Exit> {
  return startInstance(options, clock).exit;
}

/** Leaves `publish` half done by an instance that was killed, and whose lease has ended. */
export async function killInPublish({ audit, options }: Workspace, more?: InstanceOptions): Promise<void> {
  const { signal, stderr } = await runInstance({ ...options, ...more, behaviour: 'kill:half of publish' });
  if (signal !== 'SIGKILL') throw new Error(`it was not killed: ${stderr}`);
  await audit.endLease();
}

/** The state of a process is `T` while it is stopped. */
async function untilStopped(pid: number): Promise<void> {
  const state = () => execFileSync('ps', ['-o', 'state=', '-p', String(pid)], { encoding: 'utf8' }).trim();
  while (!state().startsWith('T')) await new Promise((resolve) => setTimeout(resolve, 20));
}
