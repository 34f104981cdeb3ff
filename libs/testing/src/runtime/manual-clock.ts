import { setImmediate as turn } from 'node:timers/promises';

interface Timer {
  readonly ringsAt: number;
  readonly callback: () => void;
}

/** A clock that stands still until a test moves it. Runtimes that share one wait by it together. */
export class ManualClock {
  private readonly timers = new Set<Timer>();
  private elapsed = 0;

  /** Milliseconds that have passed on this clock. */
  get now(): number {
    return this.elapsed;
  }

  /** Calls `callback` when the clock has moved on by `ms` milliseconds. @returns cancels the call. */
  timer(ms: number, callback: () => void): () => void {
    const timer = { ringsAt: this.elapsed + Math.max(0, ms), callback };
    this.timers.add(timer);
    return () => this.timers.delete(timer);
  }

  /**
   * Lets `ms` milliseconds pass. Timers fire in order of time, in order of arrival where
   * that is equal, and what each of them sets off until it waits again happens before the next.
   */
  async advance(ms: number): Promise<void> {
    const until = this.elapsed + ms;
    await turn();
    for (let next = this.next(until); next; next = this.next(until)) {
      this.elapsed = next.ringsAt;
      this.timers.delete(next);
      next.callback();
      await turn();
    }
    this.elapsed = until;
  }

  private next(until: number): Timer | undefined {
    const due = [...this.timers].filter(({ ringsAt }) => ringsAt <= until);
    return due.sort((a, b) => a.ringsAt - b.ringsAt)[0];
  }
}
