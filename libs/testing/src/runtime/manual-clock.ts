import { setImmediate as turn } from 'node:timers/promises';

interface Sleeper {
  readonly wakesAt: number;
  readonly wake: () => void;
}

/** A clock that stands still until a test moves it. Runtimes that share one sleep by it together. */
export class ManualClock {
  private readonly sleepers = new Set<Sleeper>();
  private elapsed = 0;

  /** Milliseconds that have passed on this clock. */
  get now(): number {
    return this.elapsed;
  }

  /** Resolves when the clock has moved on by `ms` milliseconds, or at once when `signal` aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = (): void => {
        this.sleepers.delete(sleeper);
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      const sleeper = { wakesAt: this.elapsed + Math.max(0, ms), wake };
      this.sleepers.add(sleeper);
      signal?.addEventListener('abort', wake);
    });
  }

  /**
   * Lets `ms` milliseconds pass. Sleepers wake in order of time, in order of arrival where
   * that is equal, and what each of them does until it waits again happens before the next.
   */
  async advance(ms: number): Promise<void> {
    const until = this.elapsed + ms;
    await turn();
    for (let next = this.next(until); next; next = this.next(until)) {
      this.elapsed = next.wakesAt;
      next.wake();
      await turn();
    }
    this.elapsed = until;
  }

  private next(until: number): Sleeper | undefined {
    const due = [...this.sleepers].filter(({ wakesAt }) => wakesAt <= until);
    return due.sort((a, b) => a.wakesAt - b.wakesAt)[0];
  }
}
