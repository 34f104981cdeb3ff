import { bare, bareInOneMessage, flamingock, typeOrmAll, typeOrmEach } from '../contenders.js';
import type { Bench } from '../harness/bench.js';
import { atMost, comparison, type Section } from '../harness/section.js';

/** One-insert transactional changes on PostgreSQL, all pending. */
export async function applyOnPostgres(bench: Bench): Promise<Section> {
  const changes = bench.quick ? 200 : 1_000;
  const contenders = [flamingock, typeOrmEach, typeOrmAll, bare, bareInOneMessage];
  const figures = await bench.interleave(contenders, async (contender) => {
    return (await bench.applyOnce(contender, 'postgres', changes)).ms;
  });
  const title = `apply: ${changes} one-insert transactional changes, PostgreSQL`;
  return comparison(title, figures, flamingock, [atMost(figures, flamingock, 0.8, typeOrmEach)]);
}
