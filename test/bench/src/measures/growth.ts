import { flamingock } from '../contenders.js';
import type { Bench } from '../harness/bench.js';
import { median, pairedRatio } from '../harness/samples.js';
import { row, type Section } from '../harness/section.js';

/** Time per change, of few changes and of many. */
export async function growth(bench: Bench): Promise<Section> {
  const sizes = (bench.quick ? [100, 1_000] : [100, 1_000, 10_000]).map((changes) => ({
    title: `${changes} changes`,
    changes,
  }));
  const figures = await bench.interleave(sizes, async ({ changes }) => {
    return (await bench.applyOnce(flamingock, 'postgres', changes)).ms / changes;
  });
  const [few = [], many = []] = [figures.get(sizes[0]!), figures.get(sizes.at(-1)!)];
  const factor = pairedRatio(many, few);
  return {
    title: 'growth: time per change, PostgreSQL',
    head: ['', 'median, ms', 'from – to', '÷ that of the fewest'],
    rows: [...figures].map(([size, ms]) => [...row(size, ms), pairedRatio(ms, few).toFixed(2)]),
    aims: [
      {
        aim: `time per change at ${sizes.at(-1)!.title} at most 1.2 × that at ${sizes[0]!.title}`,
        found: `${factor.toFixed(2)} (${median(many).toFixed(2)} ms)`,
        met: factor <= 1.2,
      },
    ],
  };
}
