import { bareBoot, dashboardBoot, dashboardPages, fillHistory, flamingock } from '../contenders.js';
import type { Bench } from '../harness/bench.js';
import { median } from '../harness/samples.js';
import { atMost, comparison, ratioAim, row, type Section } from '../harness/section.js';
import type { PagesDetails } from '../participants/dashboard.js';

const CHANGES = 1_000;

/** What the dashboard's server takes for its pages, of a history of years. */
export async function dashboardServer(bench: Bench): Promise<Section> {
  const entries = bench.quick ? 10_000 : 100_000;
  const [overview, status, firstPage, deepPage] = [
    { title: 'overview, by HTTP' },
    { title: 'status, in the process' },
    { title: 'newest page of history, by HTTP' },
    { title: 'page in the middle of it' },
  ];
  const figures = new Map<{ title: string }, number[]>(
    [overview, status, firstPage, deepPage].map((one) => [one, []]),
  );
  const queries: number[] = [];
  await bench.onNewDatabase('postgres', async (database) => {
    await bench.run(flamingock, database, CHANGES);
    await bench.run(fillHistory(entries), database, CHANGES);
    for (let round = 1; round <= bench.rounds; round += 1) {
      const details = (await bench.run(dashboardPages, database, CHANGES)).details as PagesDetails;
      bench.say(
        `round ${round}: overview ${details.overview.toFixed(1)}, status ${details.status.toFixed(1)}`,
      );
      figures.get(overview)?.push(details.overview);
      figures.get(status)?.push(details.status);
      figures.get(firstPage)?.push(details.firstPage);
      figures.get(deepPage)?.push(details.deepPage);
      queries.push(details.queriesPerSecond);
    }
  });
  const title = `dashboard: ${entries} entries, ${CHANGES} changes, PostgreSQL`;
  return comparison(title, figures, overview, [
    ratioAim(figures, overview, 1.5, status),
    ratioAim(figures, deepPage, 1.2, firstPage),
    atMost('50 open pages', median(queries), 1, 'queries a second'),
  ]);
}

/** What the module adds to the boot of an application that listens, nothing pending, every import included. */
export async function dashboardStartUp(bench: Bench): Promise<Section> {
  return bench.onNewDatabase('postgres', async (database) => {
    await bench.run(flamingock, database, 10);
    const figures = await bench.interleave(
      [dashboardBoot, bareBoot],
      async (contender) => (await bench.run(contender, database, 10)).ms,
    );
    const [boot = [], bare = []] = [figures.get(dashboardBoot), figures.get(bareBoot)];
    const added = median(boot.map((ms, round) => ms - (bare[round] ?? NaN)));
    return {
      title: 'start-up tax of the dashboard: boot of an application, nothing pending, PostgreSQL',
      head: ['', 'median, ms', 'from – to'],
      rows: [...figures].map(([contender, ms]) => row(contender, ms)),
      aims: [atMost('added', added, 5, 'ms')],
    };
  });
}
