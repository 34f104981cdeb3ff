import { askedChanges } from '../contenders.js';
import type { Bench } from '../harness/bench.js';
import { comparison, ratioAim, type Section } from '../harness/section.js';
import type { AskingDetails } from '../participants/asked-changes.js';

const CHANGES = 1_000;

/** A thousand applied changes are asked whether they are still there; each takes a millisecond to find out. */
export async function drift(bench: Bench): Promise<Section> {
  const [ours, oneByOne] = [{ title: 'drift' }, { title: 'one after the other' }];
  const figures = new Map<{ title: string }, number[]>([
    [ours, []],
    [oneByOne, []],
  ]);
  for (let round = 0; round <= bench.rounds; round += 1) {
    await bench.onNewDatabase('sqlite', async (database) => {
      const details = (await bench.run(askedChanges, database, CHANGES)).details as AskingDetails;
      bench.say(`drift: ${details.drift.toFixed(1)}, one after the other: ${details.oneByOne.toFixed(1)}`);
      if (round === 0) return;
      figures.get(ours)?.push(details.drift);
      figures.get(oneByOne)?.push(details.oneByOne);
    });
  }
  return comparison(`drift: ${CHANGES} changes that take 1 ms each to look`, figures, ours, [
    ratioAim(figures, ours, 0.2, oneByOne),
  ]);
}
