import { demo, demoWithout } from '../contenders.js';
import type { Bench } from '../harness/bench.js';
import { CpuTimes } from '../harness/cpu-times.js';
import type { Contender } from '../harness/participant-process.js';
import { median } from '../harness/samples.js';
import { atMost, row, type Section } from '../harness/section.js';

/** Boot of the demo with and without the module, nothing pending, every import included. */
export async function startUp(bench: Bench): Promise<Section> {
  const folder = bench.databases.newFolder();
  // The demo has its own database in the folder.
  const database = { kind: 'sqlite', url: '', name: '' } as const;
  const cpu = new CpuTimes<Contender>();
  const figures = await bench.interleave([demo, demoWithout], async (contender) =>
    cpu.note(contender, await (await bench.start(contender, database, 0, folder)).apply()),
  );
  const [boot = [], bareBoot = []] = [figures.get(demo), figures.get(demoWithout)];
  const added = median(boot.map((ms, round) => ms - (bareBoot[round] ?? NaN)));
  const section = {
    title: 'start-up tax: boot of the demo, nothing pending, SQLite',
    head: ['', 'median, ms', 'from – to'],
    rows: [...figures].map(([contender, ms]) => row(contender, ms)),
    aims: [atMost('added', added, 15, 'ms')],
  };
  return cpu.addTo(section, figures.keys());
}
