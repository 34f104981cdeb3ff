import type { Figures } from './bench.js';
import type { Contender } from './participant-process.js';
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

/** A table of contenders, each compared with `ours`. Figures in milliseconds. */
export function comparison(title: string, figures: Figures, ours: Contender, aims: readonly Aim[]): Section {
  const own = figures.get(ours) ?? [];
  const rows = [...figures].map(([contender, ms]) => [
    contender.title,
    inMs(median(ms)),
    spread(ms).map(inMs).join(' – '),
    contender === ours ? '' : pairedRatio(own, ms).toFixed(2),
  ]);
  return { title, head: ['', 'median, ms', 'from – to', `${ours.title} ÷ this`], rows, aims };
}

/** Whether ours takes at most `factor` of what the other one takes. */
export function atMost(figures: Figures, ours: Contender, factor: number, other: Contender): Aim {
  const ratio = pairedRatio(figures.get(ours) ?? [], figures.get(other) ?? []);
  return {
    aim: `at most ${factor} of ${other.title}`,
    found: ratio.toFixed(2),
    met: ratio <= factor,
  };
}

export function inMs(ms: number): string {
  return ms < 10 ? ms.toFixed(2) : ms.toFixed(0);
}
