import type { Figures } from './bench.js';
import { median, pairedRatio, spread } from './samples.js';

/** What a measure has found, as it is printed. */
export interface Section {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly aims: readonly Aim[];
}

/** What was wanted, and what came of it. */
export interface Aim {
  readonly aim: string;
  readonly found: string;
  readonly met: boolean;
}

interface Titled {
  readonly title: string;
}

/** A table in which each is compared with `ours`. Figures in milliseconds. */
export function comparison<T extends Titled>(
  title: string,
  figures: Figures<T>,
  ours: T,
  aims: readonly Aim[],
): Section {
  const own = figures.get(ours) ?? [];
  const rows = [...figures].map(([contender, ms]) => [
    ...row(contender, ms),
    contender === ours ? '' : pairedRatio(own, ms).toFixed(2),
  ]);
  return { title, head: ['', 'median, ms', 'from – to', `${ours.title} ÷ this`], rows, aims };
}

/** Title, median and spread of one of them. */
export function row({ title }: Titled, ms: readonly number[]): string[] {
  return [title, shown(median(ms)), spread(ms).map(shown).join(' – ')];
}

/** Whether ours takes at most `factor` of what the other one takes. */
export function ratioAim<T extends Titled>(figures: Figures<T>, ours: T, factor: number, other: T): Aim {
  const ratio = pairedRatio(figures.get(ours) ?? [], figures.get(other) ?? []);
  return {
    aim: `${ours.title} at most ${factor} × ${other.title}`,
    found: ratio.toFixed(2),
    met: ratio <= factor,
  };
}

/** Whether a figure is at most so much. */
export function atMost(what: string, figure: number, limit: number, unit: string): Aim {
  return { aim: `${what} at most ${limit} ${unit}`, found: `${shown(figure)} ${unit}`, met: figure <= limit };
}

/** A figure with as many digits as say something. */
export function shown(figure: number): string {
  if (figure === 0) return '0';
  return Math.abs(figure) < 10 ? figure.toFixed(2) : figure.toFixed(0);
}
