import { jest } from '@jest/globals';
import { runCampaign } from './campaign.js';
import { SABOTAGES } from './fixtures/sabotage.js';
import { failureReport } from './report/failure-report.js';
import { shrink } from './scenario/shrink.js';
import { simulate, type Outcome } from './simulation.js';

// Whole minutes where the machine is busy.
jest.setTimeout(600_000);
/** Each of them is found by then; the rarest take a fault at one statement of a few. */
const MOST_SCHEDULES = 5_000;

/** Nobody reads the stacks of simulated errors, and taking them is slow. */
const { stackTraceLimit } = Error;
beforeAll(() => (Error.stackTraceLimit = 0));
afterAll(() => (Error.stackTraceLimit = stackTraceLimit));

describe(`a broken protocol is found within ${MOST_SCHEDULES} schedules`, () => {
  it.each(Object.entries(SABOTAGES))('where %s', async (_title, { protocol, caughtBy }) => {
    const { failure } = await runCampaign({ firstSeed: 1, schedules: MOST_SCHEDULES, protocol });
    expect(caughtBy).toContain(failure?.violation?.invariant);
  });
});

describe('a schedule that fails', () => {
  const { protocol } = SABOTAGES['append ignores the token']!;
  let failure: Outcome;
  beforeAll(async () => {
    const campaign = await runCampaign({ firstSeed: 1, schedules: MOST_SCHEDULES, protocol });
    failure = campaign.failure!;
  });

  it('fails in the same way again, in a scenario that needs nothing that is left', async () => {
    const small = await shrink(failure, (scenario) => simulate(scenario, { protocol }));
    const again = await simulate(small.scenario, { protocol });
    expect(again.violation).toEqual(small.violation);
    expect(small.violation?.invariant).toBe(failure.violation?.invariant);
    for (const fault of small.scenario.faults) {
      const faults = small.scenario.faults.filter((one) => one !== fault);
      const without = await simulate({ ...small.scenario, faults }, { protocol });
      expect(without.violation?.invariant).not.toBe(small.violation?.invariant);
    }
  });

  it('is told with its seed, what must hold, and everything that happened', async () => {
    const report = await failureReport(failure, { protocol });
    expect(report).toContain(`npm run simulate -- --seed ${failure.scenario.seed} --schedules 1`);
    expect(report).toContain('only the latest holder of the lock adds to the history');
    expect(report).toMatch(/ ms {2}#\d execute {3}starts/);
    expect(report).toMatch(/VIOLATION {4}one writer: .* after token \d had claimed the history/);
  });
});
