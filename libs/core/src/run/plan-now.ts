import type { AuditSnapshot } from '../audit/audit-snapshot.js';
import type { ExecutionPlan, PlannedChange } from '../plan/execution-plan.js';
import { planExecution } from '../plan/execution-planner.js';
import { withPlaybooks } from '../plan/planned-playbooks.js';
import { ApprovalReader } from '../decisions/approval-reader.js';
import { triedOf } from '../recovery/back-off.js';
import { hasCircuit, readCircuits, type KeptCircuits } from './circuits.js';
import type { Engine } from './engine.js';

/** A plan as it is at this moment, and the circuits that it goes by. */
export interface PlanNow {
  readonly plan: ExecutionPlan;
  readonly circuits: KeptCircuits;
  /** The store's time; Infinity where nothing depends on it. */
  readonly now: number;
}

const NONE: KeptCircuits = new Map();

/** What is known before a plan is made. */
export interface PlanMoment {
  /** False where the runs before have left nothing undone, so that no target system is told to have failed. */
  readonly mayHaveFailed: boolean;
  /** The store's time, where it is known. */
  readonly now?: number | undefined;
}

/**
 * Plans, with what is held back at this moment left to wait. Asks the store for more than the history only where a run
 * may have failed before.
 */
export async function planNow(
  { pipeline, store, settings }: Pick<Engine, 'pipeline' | 'store' | 'settings'>,
  snapshot: AuditSnapshot,
  { mayHaveFailed, now }: PlanMoment,
): Promise<PlanNow> {
  const plan = planExecution(pipeline, snapshot);
  const pending = plan.stages.flatMap(({ changes }) => changes.filter(({ action }) => action !== 'SKIP'));
  const isRead =
    mayHaveFailed && settings.circuit !== false && pending.some(({ change }) => hasCircuit(change, store));
  const circuits = isRead ? await readCircuits(store.records, pipeline.service) : NONE;
  const reader = new ApprovalReader(store, pipeline.service, settings.approvals);
  const approvals = await reader.read(pending.map(({ change }) => change));
  const isTimed = circuits.size > 0 || pending.some(isTried);
  if (!isTimed && approvals.size === 0)
    return { plan: withPlaybooks(plan, settings.resolutions), circuits, now: Infinity };
  const at = isTimed ? (now ?? (await store.now())) : Infinity;
  const held = planExecution(pipeline, snapshot, { now: at, circuits, approvals });
  return { plan: withPlaybooks(held, settings.resolutions), circuits, now: at };
}

function isTried({ change, entry }: PlannedChange): boolean {
  return entry !== undefined && triedOf(change, entry) !== undefined;
}
