import { jest } from '@jest/globals';
import { runCampaign } from './campaign.js';
import { failureReport } from './report/failure-report.js';
import { drawScenario } from './scenario/draw-scenario.js';
import { simulate } from './simulation.js';

// Whole minutes where the machine is busy.
jest.setTimeout(600_000);
const SCHEDULES = 2_000;

/** Nobody reads the stacks of simulated errors, and taking them is slow. */
const { stackTraceLimit } = Error;
beforeAll(() => (Error.stackTraceLimit = 0));
afterAll(() => (Error.stackTraceLimit = stackTraceLimit));

describe('the engine among failing processes and a failing network', () => {
  it(`keeps every invariant in ${SCHEDULES} schedules`, async () => {
    const { tally, failure } = await runCampaign({ firstSeed: 1, schedules: SCHEDULES });
    expect(failure && (await failureReport(failure))).toBeUndefined();
    expect(tally.schedules).toBe(SCHEDULES);
    for (const kind of [
      'crashes',
      'pauses',
      'lost answers',
      'late requests',
      'take-overs',
      'fenced',
      'shared commits',
    ]) {
      expect([kind, tally.of(kind)]).toEqual([kind, expect.any(Number)]);
      expect(tally.of(kind)).toBeGreaterThan(0);
    }
  });
});

describe('a schedule', () => {
  it('is the same each time, message by message, whatever runs beside it', async () => {
    const seeds = Array.from({ length: 20 }, (_, index) => index + 1);
    const run = (seed: number) => simulate(drawScenario(seed), { isTelling: true });
    const together = await Promise.all(seeds.map(run));
    for (const { scenario, trace } of together) {
      expect((await run(scenario.seed)).trace).toEqual(trace);
    }
  });
});
