import type { InMemoryNetwork } from './in-memory-database.js';

/** A message between a process and its database. */
export interface CrashMessage {
  readonly statement: string;
  readonly leg: 'request' | 'answer';
}

/**
 * A process that dies at its `at`-th message, counted from 0: neither that one nor any later
 * one arrives. Give {@link network} to the connections of one process, and start again with
 * a healthy one to see what the next process makes of it:
 *
 * ```ts
 * for (let at = 0, died = true; died; at += 1) {
 *   const database = new InMemoryDatabase();
 *   const crash = new CrashPoint(at);
 *   died = await crash.kills(runOn(database.connect(crash.network)));
 *   await runOn(database);
 * }
 * ```
 */
export class CrashPoint {
  private readonly sent: CrashMessage[] = [];
  private readonly death: Promise<true>;
  private die: (() => void) | undefined;

  constructor(readonly at: number) {
    this.death = new Promise((resolve) => {
      this.die = () => resolve(true);
    });
  }

  /** Messages that arrived, the oldest first. */
  get arrived(): readonly CrashMessage[] {
    return this.sent;
  }

  /** Carries messages until the process dies. Steps of a test may send messages of their own. */
  readonly network: InMemoryNetwork = async (statement, leg) => {
    if (this.sent.length < this.at) {
      this.sent.push({ statement, leg });
      return;
    }
    this.die?.();
    await new Promise<never>(() => undefined);
  };

  /** Resolves once the process has died or `work` is done; true if it died. Rejects as `work` does. */
  kills(work: Promise<unknown>): Promise<boolean> {
    return Promise.race([this.death, work.then(() => false)]);
  }
}
