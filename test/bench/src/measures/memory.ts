import { bareNest, exportHistory, fillHistory, flamingock, nestWithProviders } from '../contenders.js';
import type { Bench } from '../harness/bench.js';
import { median, spread } from '../harness/samples.js';
import { atMost, type Section } from '../harness/section.js';

const MEGABYTE = 2 ** 20;

/** Peak of resident memory above a Nest application that does nothing. */
export function memory(bench: Bench): Promise<Section> {
  const changes = bench.quick ? 1_000 : 10_000;
  const entries = bench.quick ? 20_000 : 100_000;
  return bench.onNewDatabase('postgres', async (database) => {
    await bench.run(flamingock, database, 1);
    await bench.run(fillHistory(entries), database, 1);
    const applying = { ...flamingock, title: `apply ${changes} changes` };
    const exporting = { ...exportHistory, title: `export ${entries} entries` };
    const contenders = [applying, exporting, nestWithProviders, bareNest];
    const figures = await bench.interleave(contenders, async (contender) => {
      const { peakRssBytes } = await (contender === applying
        ? bench.applyOnce(contender, 'postgres', changes)
        : bench.run(contender, database, contender === nestWithProviders ? changes : 1));
      return peakRssBytes / MEGABYTE;
    });
    const base = median(figures.get(bareNest) ?? []);
    const above = (contender: typeof bareNest) => median(figures.get(contender) ?? []) - base;
    return {
      title: 'memory: peak of resident memory, PostgreSQL',
      head: ['', 'median, MB', 'from – to', 'above the bare one'],
      rows: [...figures].map(([contender, megabytes]) => [
        contender.title,
        median(megabytes).toFixed(0),
        spread(megabytes)
          .map((one) => one.toFixed(0))
          .join(' – '),
        above(contender).toFixed(1),
      ]),
      aims: [
        atMost(applying.title, above(applying), 30, 'MB'),
        atMost(exporting.title, above(exporting), 30, 'MB'),
      ],
    };
  });
}
