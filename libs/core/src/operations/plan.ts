import { createSnapshot } from '../audit/audit-snapshot.js';
import type { AuditSubject } from '../audit/audit-journal.js';
import type { AuditStore } from '../audit/audit-store.js';
import type { AuditState } from '../audit/audit-state.js';
import { reachStore } from '../audit/reach.js';
import { subjectOf, txStrategyOf } from '../executor/change-executor.js';
import type { TransactionObstacle } from '../executor/executor.errors.js';
import { transactionObstacles } from '../executor/transaction-check.js';
import type { Engine } from '../pipeline/engine.js';
import { changesToRun, type PlannedChange } from '../pipeline/execution-plan.js';
import { planExecution } from '../pipeline/execution-planner.js';
import type { Action } from '../recovery/recovery-decision.js';

/** What the next run would do about one change, and the facts that its entries would repeat. */
export interface PlanItem extends AuditSubject {
  readonly action: Action;
  /** Why, in a sentence. */
  readonly reason: string;
  /** Its last recorded state; absent if history does not know it. */
  readonly state?: AuditState;
}

/** What the next run would do. */
export interface PlanReport {
  readonly service: string;
  /** Every change of the pipeline, in order. */
  readonly changes: readonly PlanItem[];
  /** Ids of pending changes that come before an applied one of their stage. */
  readonly outOfOrder: readonly string[];
  /** Ids of applied changes that the code no longer has. */
  readonly unknown: readonly string[];
  /** Target systems that cannot run the transactions that pending changes need. */
  readonly obstacles: readonly TransactionObstacle[];
}

/** Tells what the next run would do. Takes no lock and writes nothing. */
export async function plan({ pipeline, store }: Engine): Promise<PlanReport> {
  const entries = await reachStore(pipeline.service, () => store.readSnapshot(pipeline.service));
  const planned = planExecution(pipeline, createSnapshot(entries));
  const { service, stages, outOfOrder, unknown } = planned;
  return {
    service,
    changes: stages.flatMap(({ changes }) => changes.map((planned) => planItem(planned, store))),
    outOfOrder: outOfOrder.map(({ change }) => change.id),
    unknown,
    obstacles: await transactionObstacles(changesToRun(planned)),
  };
}

function planItem({ change, entry, action, reason }: PlannedChange, store: AuditStore): PlanItem {
  const facts = subjectOf(change, txStrategyOf(change, store));
  return { ...facts, action, reason, ...(entry && { state: entry.state }) };
}
