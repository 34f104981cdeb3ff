import type { Outcome } from '../participant.js';
import { median } from './samples.js';
import { shown, type Section } from './section.js';

/** Processor time of the processes of a measure: other work on the machine hardly changes it. */
export class CpuTimes<T> {
  private readonly times = new Map<T, number[]>();

  /** Keeps the processor time of a run, and gives its time back. */
  note(one: T, { ms, cpuMs }: Outcome): number {
    this.times.set(one, [...(this.times.get(one) ?? []), cpuMs]);
    return ms;
  }

  /** Median in milliseconds, the warm-up left out. */
  of(one: T): number {
    return median((this.times.get(one) ?? []).slice(1));
  }

  /** The section with a column of it, given whom its rows are about. */
  addTo(section: Section, ones: Iterable<T>): Section {
    const order = [...ones];
    return {
      ...section,
      head: [...section.head, 'CPU, ms'],
      rows: section.rows.map((row, index) => [...row, shown(this.of(order[index] as T))]),
    };
  }
}
