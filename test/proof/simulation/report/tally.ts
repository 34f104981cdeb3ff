import type { Outcome } from '../simulation.js';

/** Adds up what happened in many schedules. */
export class Tally {
  private readonly counts = new Map<string, number>();
  private ran = 0;

  /** How many schedules there were. */
  get schedules(): number {
    return this.ran;
  }

  /** Adds one schedule. */
  add({ counts }: Outcome): void {
    this.ran += 1;
    for (const [kind, count] of counts) this.counts.set(kind, this.of(kind) + count);
  }

  /** How often something happened. */
  of(kind: string): number {
    return this.counts.get(kind) ?? 0;
  }

  /** The rest of every kind that begins with `prefix`, with how often it happened, the most frequent first. */
  startingWith(prefix: string): [string, number][] {
    const found = [...this.counts].filter(([kind]) => kind.startsWith(prefix));
    return found
      .map(([kind, count]): [string, number] => [kind.slice(prefix.length), count])
      .sort(([, a], [, b]) => b - a);
  }
}
