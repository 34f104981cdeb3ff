/** One whole number from 0 to below 2^32 that depends on all of `parts`, and looks like chance. */
export function mix(...parts: readonly number[]): number {
  let hash = 0x9e3779b9;
  for (const part of parts) {
    hash = Math.imul(hash ^ part, 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    hash ^= hash >>> 16;
  }
  return hash >>> 0;
}

/** Chance that is the same for the same seed. */
export class Random {
  private drawn = 0;

  constructor(private readonly seed: number) {}

  /** A number from 0 (included) to 1 (excluded). */
  next(): number {
    this.drawn += 1;
    return mix(this.seed, this.drawn) / 2 ** 32;
  }

  /** A whole number from 0 to below `limit`. */
  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  /** True in `share` of all cases. */
  chance(share: number): boolean {
    return this.next() < share;
  }

  /** One of several, each as likely as the next. */
  pick<T>(values: readonly T[]): T {
    return values[this.below(values.length)]!;
  }
}
