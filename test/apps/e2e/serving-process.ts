import { execFileSync } from 'node:child_process';
import type { AwaitingEvent } from '@nestjs-flamingock/core';
import { forkProgram } from '../../support/programs/fork-program.js';
import type { FixtureOptions } from './fixtures/app.module.js';

interface Said {
  readonly awaiting?: AwaitingEvent;
  readonly serves?: string;
}

/** How a process ended. */
export interface ServingExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** All that it has printed. */
  readonly output: string;
}

/** An application as its users deploy it, as a process of its own. */
export class ServingProcess {
  /** What it has waited for, in order. */
  readonly awaited: AwaitingEvent[] = [];
  /** Where it serves, once it does. */
  url: string | undefined;
  /** How it ended, once it has. */
  ended: ServingExit | undefined;
  readonly exit: Promise<ServingExit>;
  private output = '';
  private wake: () => void = () => undefined;

  constructor(options: FixtureOptions) {
    const child = forkProgram('serve', [JSON.stringify(options)]);
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => {
        this.output += chunk.toString();
        this.wake();
      });
    child.on('message', ({ awaiting, serves }: Said) => {
      if (awaiting) this.awaited.push(awaiting);
      this.url = serves ?? this.url;
      this.wake();
    });
    this.exit = new Promise((resolve) => {
      child.once('close', (code, signal) => {
        this.ended = { code, signal, output: this.output };
        this.wake();
        resolve(this.ended);
      });
    });
    this.pid = child.pid ?? 0;
  }

  readonly pid: number;

  kill(signal: NodeJS.Signals): void {
    process.kill(this.pid, signal);
  }

  /** Resolves once the process is stopped, as by SIGSTOP: its state is then `T`. */
  async stopped(): Promise<void> {
    const state = () =>
      execFileSync('ps', ['-o', 'state=', '-p', String(this.pid)], { encoding: 'utf8' }).trim();
    while (!state().startsWith('T')) await new Promise((resolve) => setTimeout(resolve, 20));
  }

  /** Resolves once it serves. @throws with what it has printed, if it ends before */
  serves(): Promise<void> {
    return this.until(() => this.url !== undefined);
  }

  /** Resolves once what it has told last of its wait is so. @throws with what it has printed, if it ends before */
  awaits(isSo: (event: AwaitingEvent) => boolean): Promise<void> {
    return this.until(() => this.awaited.slice(-1).some(isSo));
  }

  /** Resolves once it has printed that. @throws with what it has printed, if it ends before */
  prints(text: RegExp): Promise<void> {
    return this.until(() => text.test(this.output));
  }

  private async until(isSo: () => boolean): Promise<void> {
    while (!isSo()) {
      if (this.ended)
        throw new Error(`It has ended (${String(this.ended.code ?? this.ended.signal)}):\n${this.output}`);
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }
}
