import { Tally } from './report/tally.js';
import { drawScenario } from './scenario/draw-scenario.js';
import { simulate, type Outcome, type SimulationOptions } from './simulation.js';

/** Schedules that take turns: one turn of the event loop then serves them all. */
const SIDE_BY_SIDE = 64;

/** How many schedules to run, and until when. */
export interface CampaignOptions extends SimulationOptions {
  readonly firstSeed: number;
  readonly schedules: number;
  /** Begins no further schedule once this says true. */
  readonly isOver?: () => boolean;
  /** Told after each schedule. */
  readonly onProgress?: (tally: Tally) => void;
}

/** What many schedules came to. */
export interface CampaignResult {
  readonly tally: Tally;
  /** The failure of the lowest seed among those that were run. */
  readonly failure: Outcome | undefined;
}

/** Runs one schedule per seed, from the first on, up to the first failure. */
export async function runCampaign(options: CampaignOptions): Promise<CampaignResult> {
  const { firstSeed, schedules, isOver = () => false, onProgress } = options;
  const tally = new Tally();
  let failure: Outcome | undefined;
  let next = firstSeed;
  const work = async (): Promise<void> => {
    while (!failure && next < firstSeed + schedules && !isOver()) {
      const outcome = await simulate(drawScenario(next++), options);
      tally.add(outcome);
      onProgress?.(tally);
      if (outcome.violation) failure = lowest(failure, outcome);
    }
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, work));
  return { tally, failure };
}

function lowest(one: Outcome | undefined, other: Outcome): Outcome {
  return one && one.scenario.seed < other.scenario.seed ? one : other;
}
