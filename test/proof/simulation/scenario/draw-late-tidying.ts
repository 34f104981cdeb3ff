import { LEASE_MS } from '../../../../libs/core/src/fixtures/runs.js';
import type { Random } from '../random.js';
import type { ChangePlan, Fault, ProcessPlan, Scenario } from './scenario.js';

/**
 * A scenario in which a message of a run that is over, and tidies up after the one before, meets an undo that dies. It takes four
 * things at once, which drawing each by itself hardly ever brings together.
 */
export function drawLateTidying(seed: number, random: Random): Scenario {
  const change = (id: string): ChangePlan => ({
    id,
    stage: 'first',
    kind: 'TX_SEPARATE',
    hasRollback: true,
    failures: 0,
    rollbackFailures: 0,
    workMs: 0,
  });
  return {
    seed,
    commit: 'auto',
    onIssue: 'fail',
    changeMs: undefined,
    changes: [change('c1'), change('c2')],
    processes: drawProcesses(random, 'c1'),
    faults: drawFaults(random),
  };
}

function drawProcesses(random: Random, changeId: string): ProcessPlan[] {
  const nextAt = random.between(1_000, 2_000);
  const undoAt = nextAt + random.between(300, 3_000);
  return [
    { id: 1, operation: 'execute', startsAt: 0, knows: 1 },
    { id: 2, operation: 'execute', startsAt: nextAt, knows: 2 },
    { id: 3, operation: 'undo', changeId, startsAt: undoAt, knows: 2 },
    { id: 4, operation: 'execute', startsAt: undoAt + LEASE_MS + random.below(2 * LEASE_MS), knows: 2 },
  ];
}

function drawFaults(random: Random): Fault[] {
  const ms = random.between(1_000, 2 * LEASE_MS);
  const kind = random.pick(['late', 'delay', 'pause', 'duplicate'] as const);
  const statement = random.pick(['clearMarkers', 'clearMarkers', 'settle', 'release', 'renew']);
  const where = random.pick(['commit', 'commit', 'append', 'set']);
  return [
    { kind, process: 2, statement, message: 0, leg: 'request', ms },
    {
      kind: 'crash',
      process: 3,
      statement: where,
      message: 0,
      leg: random.pick(['request', 'answer']),
      ms: 0,
    },
  ];
}
