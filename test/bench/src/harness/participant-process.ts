import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Message, Order, Outcome } from '../participant.js';

const PROCESS = fileURLToPath(new URL('../participants/process.js', import.meta.url));

/** Somebody who can be measured. */
export interface Contender {
  readonly title: string;
  /** Its module. */
  readonly module: URL;
  readonly variant?: string;
}

/** A process of its own that has opened its participant and waits for the word. */
export class ParticipantProcess {
  private readonly closed: Promise<unknown>;
  private output = '';

  private constructor(private readonly child: ChildProcess) {
    this.closed = once(child, 'close');
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    }
  }

  /** Resolves once the process is ready. @throws with what it printed, if it fails */
  static async start(
    { module, variant }: Contender,
    order: Omit<Order, 'variant'>,
  ): Promise<ParticipantProcess> {
    const args = [module.href, JSON.stringify({ ...order, variant })];
    const child = fork(PROCESS, args, { stdio: ['ignore', 'pipe', 'pipe', 'ipc'], execArgv: [] });
    const started = new ParticipantProcess(child);
    await started.message();
    return started;
  }

  /** Gives the word, and waits until the process has ended. */
  async apply(): Promise<Outcome> {
    this.child.send('go');
    return this.end();
  }

  /** Gives the word, and waits until the process says that it is stuck. */
  async applyUntilStuck(): Promise<void> {
    this.child.send('go');
    await this.message();
  }

  /** Waits until the process has ended. */
  async end(): Promise<Outcome> {
    const outcome = await this.message();
    await this.closed;
    return outcome as Outcome;
  }

  /** As a machine that fails does, without a word. */
  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.closed;
  }

  private async message(): Promise<Message> {
    const said = once(this.child, 'message').then(([message]) => message as Message);
    const failed = this.closed.then(() => {
      throw new Error(`A participant ended before its time:\n${this.output}`);
    });
    return Promise.race([said, failed]);
  }
}
