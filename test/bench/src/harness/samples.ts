/** The middle of some figures, or the mean of the two in the middle. */
export function median(figures: readonly number[]): number {
  const sorted = [...figures].sort((a, b) => a - b);
  const half = sorted.length / 2;
  const [low = NaN, high = low] = sorted.slice(Math.ceil(half) - 1, Math.floor(half) + 1);
  return (low + high) / 2;
}

/** Median of the ratios of each round: what slows a whole round down does not count. */
export function pairedRatio(figures: readonly number[], others: readonly number[]): number {
  return median(figures.map((figure, round) => figure / (others[round] ?? NaN)));
}

/** Smallest and largest. */
export function spread(figures: readonly number[]): [number, number] {
  return [Math.min(...figures), Math.max(...figures)];
}
