import { guardedCalls } from '../contenders.js';
import type { Bench } from '../harness/bench.js';
import { median } from '../harness/samples.js';
import { atMost, row, type Section } from '../harness/section.js';
import type { CallDetails } from '../participants/guarded-calls.js';

/** A million calls of an injected service in a change outside transactions. */
export async function guard(bench: Bench): Promise<Section> {
  const unguarded: number[] = [];
  const guarded = { title: 'guarded' };
  const figures = await bench.interleave([guarded], () =>
    bench.onNewDatabase('sqlite', async (database) => {
      const details = (await bench.run(guardedCalls, database, 0)).details as CallDetails;
      unguarded.push(details.unguarded);
      return details.guarded;
    }),
  );
  const ns = figures.get(guarded) ?? [];
  return {
    title: 'guard: 1,000,000 calls of an injected service',
    head: ['', 'median, ns', 'from – to'],
    rows: [row(guarded, ns), row({ title: 'unguarded' }, unguarded.slice(1))],
    aims: [atMost('a guarded call', median(ns), 100, 'ns')],
  };
}
