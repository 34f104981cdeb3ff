import type { Outcome } from '../simulation.js';
import type { ChangePlan, Fault, ProcessPlan, Scenario } from './scenario.js';

/** Runs a scenario again. */
export type Replay = (scenario: Scenario) => Promise<Outcome>;

/**
 * Takes away from a scenario that fails whatever it does not need to fail in the same way:
 * faults, processes, changes, and what is special about them.
 *
 * @returns the outcome of the smallest scenario that was found.
 */
export async function shrink(failing: Outcome, replay: Replay): Promise<Outcome> {
  const invariant = failing.violation?.invariant;
  let smallest = failing;
  for (let isSmaller = true; isSmaller;) {
    isSmaller = false;
    for (const candidate of smallerThan(smallest.scenario)) {
      const outcome = await replay(candidate);
      if (outcome.violation?.invariant !== invariant) continue;
      smallest = outcome;
      isSmaller = true;
      break;
    }
  }
  return smallest;
}

/** Scenarios with one thing less, the boldest first. */
function* smallerThan(scenario: Scenario): Iterable<Scenario> {
  const { processes, changes, faults } = scenario;
  for (const process of processes) {
    if (processes.length > 1) yield withoutProcess(scenario, process);
  }
  for (const change of changes) {
    if (changes.length > 1) yield withoutChange(scenario, change);
  }
  for (const fault of faults) yield { ...scenario, faults: faults.filter((one) => one !== fault) };
  for (const change of changes) {
    for (const simpler of simplerThan(change)) {
      yield { ...scenario, changes: changes.map((one) => (one === change ? simpler : one)) };
    }
  }
  if (scenario.changeMs !== undefined) yield { ...scenario, changeMs: undefined };
  if (scenario.commit === 'auto') yield { ...scenario, commit: 'each' };
  if (scenario.onIssue === 'skip') yield { ...scenario, onIssue: 'fail' };
}

function withoutProcess(scenario: Scenario, process: ProcessPlan): Scenario {
  const isOthers = (fault: Fault) => !('process' in fault) || fault.process !== process.id;
  return {
    ...scenario,
    processes: scenario.processes.filter((one) => one !== process),
    faults: scenario.faults.filter(isOthers),
  };
}

function withoutChange(scenario: Scenario, change: ChangePlan): Scenario {
  const changes = scenario.changes.filter((one) => one !== change);
  const processes = scenario.processes
    .filter(({ changeId }) => changeId !== change.id)
    .map((process) => ({ ...process, knows: Math.min(process.knows, changes.length) }));
  return processes.length > 0 ? { ...scenario, changes, processes } : scenario;
}

function* simplerThan(change: ChangePlan): Iterable<ChangePlan> {
  if (change.failures > 0) yield { ...change, failures: 0 };
  if (change.rollbackFailures > 0) yield { ...change, rollbackFailures: 0 };
  if (change.workMs > 0) yield { ...change, workMs: 0 };
  if (change.hasRollback) yield { ...change, hasRollback: false };
}
