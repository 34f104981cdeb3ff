import { fleetMember } from '../contenders.js';
import type { Bench } from '../harness/bench.js';
import { comparison, ratioAim, type Section } from '../harness/section.js';
import type { Outcome } from '../participant.js';
import type { MemberDetails } from '../participants/fleet-member.js';

const CHANGES = 100;

/** Many processes that begin at the same moment, against one alone: when the last of them is ready. */
export async function fleet(bench: Bench): Promise<Section> {
  const size = bench.quick ? 8 : 32;
  const alone = { title: 'one alone', size: 1 };
  const together = { title: `last of ${size}`, size };
  const waiters: number[] = [];
  const figures = await bench.interleave([together, alone], async (one) => {
    const outcomes = await startTogether(bench, one.size);
    waiters.push(
      ...outcomes
        .map(queriesOf)
        .sort((a, b) => b - a)
        .slice(1),
    );
    return Math.max(...outcomes.map(({ ms }) => ms));
  });
  const section = comparison(
    `fleet: ${size} processes, ${CHANGES} pending changes, PostgreSQL`,
    figures,
    together,
    [ratioAim(figures, together, 1.2, alone)],
  );
  const total = waiters.reduce((sum, queries) => sum + queries, 0) / (bench.rounds + 1);
  return {
    ...section,
    rows: [
      ...section.rows,
      ['queries of a waiter, at most', String(Math.max(...waiters)), '', ''],
      ['queries of all waiters in a round, mean', total.toFixed(0), '', ''],
    ],
  };
}

async function startTogether(bench: Bench, size: number): Promise<Outcome[]> {
  return bench.onNewDatabase('postgres', async (database) => {
    const members = [];
    for (let count = 0; count < size; count += 1)
      members.push(await bench.start(fleetMember, database, CHANGES));
    return Promise.all(members.map((member) => member.apply()));
  });
}

function queriesOf({ details }: Outcome): number {
  return (details as MemberDetails).queries;
}
