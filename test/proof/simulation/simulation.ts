import { FlamingockError } from '@nestjs-flamingock/core';
import { Convergence } from './check/convergence.js';
import type { Violation } from './check/violation.js';
import type { Scenario } from './scenario/scenario.js';
import { drain } from './world/drain.js';
import { PROTOCOL, type Protocol } from './world/protocol.js';
import { World } from './world/world.js';

/** What a schedule came to. */
export interface Outcome {
  readonly scenario: Scenario;
  readonly violation: Violation | undefined;
  /** How often what happened. */
  readonly counts: ReadonlyMap<string, number>;
  /** What happened, line by line; empty unless asked for. */
  readonly trace: readonly string[];
}

/** How to run a schedule. */
export interface SimulationOptions {
  /** @default the in-memory stores as they are */
  readonly protocol?: Protocol;
  /** @default false */
  readonly isTelling?: boolean;
}

/** Runs one schedule to its end, or to its first violation. Equal scenarios have equal outcomes. */
export async function simulate(
  scenario: Scenario,
  { protocol = PROTOCOL, isTelling = false }: SimulationOptions = {},
): Promise<Outcome> {
  const world = new World(scenario, protocol, isTelling);
  const processes = scenario.processes.map((plan) => world.start(plan));
  world.scheduleFaults(processes);
  await drain(world, processes);
  // One that reads the history while it is lost sees two states of it.
  const hasLosses = scenario.faults.some(({ kind }) => kind === 'forget');
  for (const { end, name } of processes) {
    if (end && 'error' in end && !(end.error instanceof FlamingockError)) {
      world.verdict.fail('known error', `${name} ended by ${String(end.error)}`);
    }
    if (end && 'error' in end && (end.error as Error).name === 'AuditTamperedError' && !hasLosses) {
      world.verdict.fail('known error', `${name} accuses an honest history: ${String(end.error)}`);
    }
  }
  if (!world.verdict.violation) await new Convergence(world).check();
  const { counts, lines } = world.recorder;
  return { scenario, violation: world.verdict.violation, counts, trace: lines };
}
