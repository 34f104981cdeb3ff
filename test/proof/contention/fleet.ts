import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { ExecutionReport } from '@nestjs-flamingock/core';
import { forkProgram } from '../../support/programs/fork-program.js';
import type { GateMessage } from './fixtures/gated.js';
import type { RoundOptions } from './fixtures/instance.js';

/** How a round went for one instance. */
export interface RoundResult {
  readonly report?: ExecutionReport;
  readonly error?: string;
}

/** Starts `count` processes at once, each a start like any other, and waits for all. */
export async function startTogether(count: number, options: RoundOptions): Promise<RoundResult[]> {
  return Promise.all(Array.from({ length: count }, () => runOnce(options)));
}

async function runOnce(options: RoundOptions): Promise<RoundResult> {
  const child = forkProgram('contention', [JSON.stringify(options)]);
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0 || stderr !== '') return { error: `exit code ${code}: ${stderr}` };
  return { report: JSON.parse(stdout) as ExecutionReport };
}

/** Processes that boot, wait for each other, and begin at the same moment; for many rounds. */
export class GatedFleet {
  private constructor(private readonly children: readonly ChildProcess[]) {}

  static launch(count: number): GatedFleet {
    return new GatedFleet(Array.from({ length: count }, () => forkProgram('gated', [])));
  }

  /** One round: every instance boots first, and all begin together. */
  async play(options: RoundOptions): Promise<RoundResult[]> {
    await this.exchange({ boot: options });
    return (await this.exchange('go')) as RoundResult[];
  }

  async disband(): Promise<void> {
    const exits = this.children.map((child) => once(child, 'exit'));
    for (const child of this.children) child.disconnect();
    await Promise.all(exits);
  }

  private exchange(message: GateMessage): Promise<unknown[]> {
    const answers = this.children.map(async (child) => ((await once(child, 'message')) as unknown[])[0]);
    for (const child of this.children) child.send(message);
    return Promise.all(answers);
  }
}
