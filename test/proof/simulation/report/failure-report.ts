import { INVARIANTS } from '../check/violation.js';
import { describeScenario } from '../scenario/describe-scenario.js';
import { shrink } from '../scenario/shrink.js';
import { simulate, type Outcome, type SimulationOptions } from '../simulation.js';

/** What to do about a failure: its seed, the smallest scenario that fails alike, and what happens in it. */
export async function failureReport(failure: Outcome, options: SimulationOptions = {}): Promise<string> {
  const smallest = await shrink(failure, (scenario) => simulate(scenario, options));
  const { trace, violation } = await simulate(smallest.scenario, { ...options, isTelling: true });
  const { seed } = failure.scenario;
  return [
    `VIOLATION of "${violation?.invariant}" with seed ${seed}.`,
    ...(violation
      ? [`It must hold: ${INVARIANTS[violation.invariant]}.`, `It did not: ${violation.what}`]
      : []),
    `Again: npm run simulate -- --seed ${seed} --schedules 1`,
    '',
    'The smallest scenario found that fails alike:',
    ...describeScenario(smallest.scenario).map((line) => `  ${line}`),
    '',
    ...trace,
  ].join('\n');
}
