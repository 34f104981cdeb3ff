/** Where a bar begins and how long it is, in percent of the whole. */
export interface Span {
  readonly from: number;
  readonly length: number;
}

/** Shortest bar that can be seen. */
const LEAST = 0.75;

/** Places something that went on from `startedAt` to `endedAt` in a run: times as ISO 8601. */
export function spanIn(
  run: { readonly startedAt: string; readonly endedAt: string },
  { startedAt, endedAt }: { readonly startedAt: string; readonly endedAt: string },
): Span {
  const begin = Date.parse(run.startedAt);
  const whole = Math.max(Date.parse(run.endedAt) - begin, 1);
  const percent = (moment: string): number => within(((Date.parse(moment) - begin) / whole) * 100);
  const length = Math.max(percent(endedAt) - percent(startedAt), LEAST);
  return { from: Math.min(percent(startedAt), 100 - length), length };
}

function within(percent: number): number {
  return Number.isNaN(percent) ? 0 : Math.min(Math.max(percent, 0), 100);
}
