import { fillHistory, flamingock, typeOrmEach } from '../contenders.js';
import type { Bench } from '../harness/bench.js';
import { CpuTimes } from '../harness/cpu-times.js';
import { comparison, ratioAim, type Section } from '../harness/section.js';

const CHANGES = 1_000;

/** A start with everything applied: the engine's time, and how it depends on the history. */
export function nothingPending(bench: Bench): Promise<Section> {
  const longest = bench.quick ? 20_000 : 100_000;
  return bench.onNewDatabase('postgres', (short) =>
    bench.onNewDatabase('postgres', (long) =>
      bench.onNewDatabase('postgres', async (typeOrm) => {
        await bench.run(flamingock, short, CHANGES);
        await bench.run(flamingock, long, CHANGES);
        await bench.run(fillHistory(longest), long, CHANGES);
        await bench.run(typeOrmEach, typeOrm, CHANGES);
        const ours = { title: `history of ${2 * CHANGES}`, contender: flamingock, database: short };
        const old = { title: `history of ${longest}`, contender: flamingock, database: long };
        const other = { title: 'TypeORM', contender: typeOrmEach, database: typeOrm };
        const cpu = new CpuTimes<typeof ours>();
        const figures = await bench.interleave([ours, old, other], async (one) =>
          cpu.note(one, await bench.run(one.contender, one.database, CHANGES)),
        );
        const section = comparison(`nothing pending: ${CHANGES} changes in code, PostgreSQL`, figures, ours, [
          ratioAim(figures, ours, 0.45, other),
          ratioAim(figures, old, 1.2, ours),
        ]);
        return cpu.addTo(section, figures.keys());
      }),
    ),
  );
}
