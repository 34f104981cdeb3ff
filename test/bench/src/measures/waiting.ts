import { fleetMember, fleetWaiter, slowHolder } from '../contenders.js';
import type { Bench } from '../harness/bench.js';
import type { Contender } from '../harness/participant-process.js';
import { median } from '../harness/samples.js';
import { row, shown, type Aim, type Section } from '../harness/section.js';
import type { Outcome } from '../participant.js';
import type { MemberDetails } from '../participants/fleet-member.js';

const CHANGES = 100;
const LIMIT = 0.2;

/** A way of being there while changes are applied. */
interface Way {
  readonly title: string;
  readonly member: Contender;
  /** False: everything is applied before they begin. */
  readonly waits: boolean;
}

const WAIT: Way = { title: 'role wait', member: fleetWaiter, waits: true };
const BOTH: Way = { title: 'role both', member: fleetMember, waits: true };
const UP_TO_DATE: Way = { title: 'nothing pending', member: fleetMember, waits: false };

/** What it costs that many processes wait for ten seconds, above what each of them does anyway: by role. */
export async function waiting(bench: Bench): Promise<Section> {
  const size = bench.quick ? 7 : 31;
  const queries = new Map<Way, number[]>();
  const figures = await bench.interleave([WAIT, BOTH, UP_TO_DATE], async (way) => {
    const outcomes = await waitOnce(bench, way, size);
    queries.set(way, [...(queries.get(way) ?? []), sum(outcomes.map(queriesOf))]);
    return sum(outcomes.map(({ cpuMs }) => cpuMs));
  });
  const cpuOf = (way: Way): number => median(figures.get(way) ?? []);
  const queriesBy = (way: Way): number => median(queries.get(way) ?? []);
  return {
    title: `waiting: ${size} processes, another one applies changes for 10 s, PostgreSQL`,
    head: ['', 'CPU of all, median, ms', 'from – to', 'queries of all'],
    rows: [...figures].map(([way, ms]) => [...row(way, ms), shown(queriesBy(way))]),
    aims: [added('processor time', cpuOf), added('queries', queriesBy)],
  };
}

/** What waiting adds in role `wait`, against what it adds in role `both`. */
function added(what: string, figureOf: (way: Way) => number): Aim {
  const ratio = (figureOf(WAIT) - figureOf(UP_TO_DATE)) / (figureOf(BOTH) - figureOf(UP_TO_DATE));
  return {
    aim: `${what} that waiting adds: role wait at most ${LIMIT} × role both`,
    found: ratio.toFixed(2),
    met: ratio <= LIMIT,
  };
}

function waitOnce(bench: Bench, { member, waits }: Way, size: number): Promise<Outcome[]> {
  return bench.onNewDatabase('postgres', async (database) => {
    if (!waits) await bench.run(fleetMember, database, CHANGES);
    const holder = waits ? await bench.start(slowHolder, database, CHANGES) : undefined;
    const members = [];
    for (let count = 0; count < size; count += 1) members.push(await bench.start(member, database, CHANGES));
    await holder?.applyUntilStuck();
    const [outcomes] = await Promise.all([Promise.all(members.map((one) => one.apply())), holder?.end()]);
    return outcomes;
  });
}

function queriesOf({ details }: Outcome): number {
  return (details as MemberDetails).queries;
}

function sum(figures: readonly number[]): number {
  return figures.reduce((total, figure) => total + figure, 0);
}
