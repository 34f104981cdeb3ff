import type { AuditEntry } from '../audit/audit-entry.js';
import type { AuditHead } from '../audit/audit-head.js';
import { AuditTamperedError } from '../audit/audit.errors.js';
import { entryFault, readSnapshot, type AuditSnapshot } from '../audit/audit-snapshot.js';
import type { EditedChange } from '../plan/change-identity.js';
import type { ExecutionPlan } from '../plan/execution-plan.js';
import { planExecution } from '../plan/execution-planner.js';
import { withPlaybooks } from '../plan/planned-playbooks.js';
import { assertNoEarlierName } from './earlier-name.js';
import type { Engine } from './engine.js';
import { checkPlan } from './plan-checks.js';

/** A plan, and what it was made from. */
export interface ReadPlan {
  readonly plan: ExecutionPlan;
  readonly snapshot: AuditSnapshot;
  /** Applied changes that are told as edited since. */
  readonly edited: readonly EditedChange[];
}

/**
 * Plans from the history as it is now, read without the lock and without a write. `head`: as it was read before.
 *
 * @throws AuditTamperedError, EarlierNameError, and what {@link checkPlan} refuses.
 */
export async function readPlan(engine: Engine, head: AuditHead | undefined): Promise<ReadPlan> {
  const { pipeline, store, settings } = engine;
  if (!head?.seq) await assertNoEarlierName(engine);
  const snapshot = head ? await readSnapshot(store, pipeline.service) : new Map<string, AuditEntry>();
  const fault = entryFault(snapshot);
  if (fault !== undefined) throw new AuditTamperedError(pipeline.service, fault);
  const plan = withPlaybooks(planExecution(pipeline, snapshot), settings.resolutions);
  return { plan, snapshot, edited: checkPlan(plan, settings) };
}
