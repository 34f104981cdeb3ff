import { LEASE_MS } from '../../../../libs/core/src/fixtures/runs.js';
import { Random } from '../random.js';
import { drawLateTidying } from './draw-late-tidying.js';
import {
  STAGES,
  type ChangeKind,
  type ChangePlan,
  type Fault,
  type MessageFault,
  type ProcessPlan,
  type Scenario,
} from './scenario.js';

const KINDS: readonly ChangeKind[] = ['TX_SHARED', 'TX_SEPARATE', 'NON_TX_MANUAL', 'NON_TX_RETRY'];
const MESSAGE_FAULTS: readonly MessageFault['kind'][] = [
  'crash',
  'crash',
  'pause',
  'pause',
  'lose',
  'lose',
  'delay',
  'late',
  'duplicate',
];
/** Statements that decide something, as the in-memory stores name them. */
const STATEMENTS = [
  'acquire',
  'renew',
  'release',
  'claimHead',
  'readSnapshot',
  'append',
  'commit',
  'readMarker',
  'clearMarkers',
  'settle',
  'set',
];
/** One change in so many. */
const STEPWISE = 2;
const TIMED_SHARE = 0.2;
/** Processes that are there for more than one start after the other fit into this time. */
const SPAN_MS = 5 * LEASE_MS;

/** Makes the scenario of a seed. */
export function drawScenario(seed: number): Scenario {
  const random = new Random(seed);
  if (random.chance(0.04)) return drawLateTidying(seed, random);
  const drawn = drawChanges(random, random.chance(0.4) ? [random.pick(KINDS)] : KINDS);
  const changes = drawn.map((change, index) => ((seed + index) % STEPWISE === 0 ? inSteps(change) : change));
  const processes = drawProcesses(random, changes);
  const faults = Array.from({ length: random.below(8) }, () => drawFault(random, processes, changes.length));
  if (random.chance(0.1)) faults.push(drawLoss(random));
  return {
    seed,
    commit: seed % 4 === 0 ? 'each' : 'auto',
    onIssue: random.chance(0.75) ? 'fail' : 'skip',
    changeMs: random.chance(0.2) ? 3_000 : undefined,
    changes,
    processes,
    faults,
  };
}

/** Often all of one kind: what goes wrong between two of them then meets another of its like. */
function drawChanges(random: Random, kinds: readonly ChangeKind[]): ChangePlan[] {
  const count = random.pick([1, 1, 2, 2, 3, 4]);
  const inFirst = random.chance(0.6) ? count : random.between(1, count);
  return Array.from({ length: count }, (_, index) => ({
    id: `c${index + 1}`,
    stage: STAGES[index < inFirst ? 0 : 1]!,
    kind: random.pick(kinds),
    hasRollback: random.chance(0.6),
    failures: random.pick([0, 0, 0, 0, 0, 0, 1, 1, 2, 3]),
    rollbackFailures: random.pick([0, 0, 0, 1]),
    workMs: drawWork(random),
  }));
}

/** One that asks a person is made of steps instead, which can tell. */
function inSteps(change: ChangePlan): ChangePlan {
  if (change.kind !== 'NON_TX_MANUAL') return change;
  return { ...change, kind: 'NON_TX_STEPS', hasRollback: false };
}

function drawWork(random: Random): number {
  const share = random.next();
  if (share < 0.7) return 0;
  return share < 0.92 ? random.below(2_000) : random.below(2 * LEASE_MS);
}

function drawProcesses(random: Random, changes: readonly ChangePlan[]): ProcessPlan[] {
  const together = random.between(2, 4);
  const later = random.below(4);
  return Array.from({ length: together + later }, (_, index) => {
    const startsAt = random.below(
      index < together ? random.pick([50, 1_000]) : random.pick([2_000, SPAN_MS]),
    );
    const knows = random.chance(0.15) ? random.between(1, changes.length) : changes.length;
    const operation = index < together ? 'execute' : random.pick(['execute', 'fix', 'undo', 'undo'] as const);
    const changeId = random.pick(changes).id;
    return { id: index + 1, operation, startsAt, knows, ...(operation === 'undo' && { changeId }) };
  });
}

function drawFault(random: Random, processes: readonly ProcessPlan[], changes: number): Fault {
  const process = random.pick(processes).id;
  const at = random.below(random.pick([500, 2_000, SPAN_MS]));
  const ms = random.pick([200, 1_000, LEASE_MS / 2, LEASE_MS, 2 * LEASE_MS, 4 * LEASE_MS]);
  if (random.chance(TIMED_SHARE)) {
    const kind = random.pick(['outage', 'stop', 'clock'] as const);
    if (kind === 'stop') return { kind, process, at };
    if (kind === 'outage') return { kind, process, at, ms };
    return { kind, at, ms: random.chance(0.7) ? ms : -ms };
  }
  return {
    kind: random.pick(MESSAGE_FAULTS),
    process,
    ...(random.chance(0.6) ? named(random) : anywhere(random, changes)),
    leg: random.pick(['request', 'answer']),
    ms: Math.round(ms * (0.5 + random.next())),
  };
}

function drawLoss(random: Random): Fault {
  return {
    kind: 'forget',
    database: random.pick(['audit', 'audit', 'target']),
    at: random.below(random.pick([1_000, 3_000, SPAN_MS])),
    writes: random.between(1, random.pick([2, 6, 20])),
  };
}

function named(random: Random): Pick<MessageFault, 'statement' | 'message'> {
  return { statement: random.pick(STATEMENTS), message: random.below(random.pick([1, 4])) };
}

function anywhere(random: Random, changes: number): Pick<MessageFault, 'statement' | 'message'> {
  return { statement: undefined, message: random.below(12 + 8 * changes) };
}
