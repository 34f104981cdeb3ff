import { momentOf } from '../audit/store-time.js';
import type { ChangeFacts } from '../audit/audit-journal.js';
import type { AuditStore } from '../audit/audit-store.js';
import type { AuditState } from '../audit/audit-state.js';
import { assertNoEarlierName } from '../run/earlier-name.js';
import { subjectOf, txStrategyOf } from '../executor/change-executor.js';
import type { TransactionObstacle } from '../executor/executor.errors.js';
import { transactionObstacles } from '../executor/transaction-check.js';
import { resolveParameters } from '../change/change-parameters.js';
import type { EditedChange } from '../plan/change-identity.js';
import type { Engine } from '../run/engine.js';
import { changesToRun, type PlannedChange, type PlannedStage } from '../plan/execution-plan.js';
import { assertOpen, toldEdits } from '../run/plan-checks.js';
import { planNow } from '../run/plan-now.js';
import type { Action } from '../recovery/recovery-decision.js';
import type { PlaybookOutlook } from '../recovery/playbook.js';
import { outlookFor } from './playbook-outlook.js';
import { describeWork, observe, type AtWork } from './at-work.js';

/** What the next run would do about one change, and the facts that its entries would repeat. */
export interface PlanItem extends ChangeFacts {
  /** `EXECUTE` also while a holder is at work on it: the next run waits for that to end. */
  readonly action: Action;
  /** Why, in a sentence. */
  readonly reason: string;
  /** Of `WAIT`: when it may be executed, on the audit store's clock: ISO 8601, UTC. */
  readonly notBefore?: string;
  /** Its last recorded state; absent if history does not know it. */
  readonly state?: AuditState;
  /** What a playbook would do about it; absent where none is for it. */
  readonly playbook?: PlaybookOutlook;
}

/** A pending change that is probably applied already. */
export interface RenamedItem {
  readonly changeId: string;
  /** The id of the applied change, which the code no longer has. */
  readonly formerId: string;
  /** What the two share, in words: `class AddSku`. */
  readonly shared: string;
}

/** What the next run would do. */
export interface PlanReport {
  readonly service: string;
  /** Every change of the pipeline, in order. */
  readonly changes: readonly PlanItem[];
  /** Ids of pending changes that come before an applied one of their stage. */
  readonly outOfOrder: readonly string[];
  /** Ids under which the history has another change, of another application: a run stops at them. */
  readonly foreign: readonly string[];
  /** Pending changes that are probably applied under another id: a run stops at them unless `renamedChanges` says otherwise. */
  readonly renamed: readonly RenamedItem[];
  /** Applied changes that are not any more what was applied; none where `editedChanges` is `ignore`. */
  readonly edited: readonly EditedChange[];
  /** Ids of applied changes that the code no longer has. */
  readonly unknown: readonly string[];
  /** Ids of imported migrations of another tool that are no changes of the code. Nothing to do about them. */
  readonly legacy: readonly string[];
  /** Ids of changes that the code no longer has, and that are neither applied nor rolled back. */
  readonly unfinished: readonly string[];
  /** Target systems that cannot run the transactions that pending changes need. */
  readonly obstacles: readonly TransactionObstacle[];
}

/**
 * Tells what the next run would do. Takes no lock and writes nothing.
 *
 * @throws InvalidChangesError listing every parameter that nothing provides, of applied changes too.
 */
export async function plan(engine: Engine): Promise<PlanReport> {
  const { pipeline } = engine;
  await resolveParameters(pipeline.stages.flatMap(({ changes }) => changes));
  const { snapshot, atWork } = await observe(engine);
  if (snapshot.size === 0) await assertNoEarlierName(engine);
  const { plan: planned } = await planNow(engine, snapshot, { mayHaveFailed: true });
  if (planned.hasWork) assertOpen(pipeline.service, planned.renaming);
  const { service, stages, outOfOrder, foreign, renamed, unknown, legacy, unfinished } = planned;
  return {
    service,
    changes: await itemsOf(engine, stages, atWork),
    outOfOrder: outOfOrder.map(({ change }) => change.id),
    foreign: foreign.map(({ change }) => change.id),
    renamed: renamed.map(({ change, former, shared }) => ({
      changeId: change.id,
      formerId: former.changeId,
      shared,
    })),
    edited: toldEdits(planned, engine.settings),
    unknown,
    legacy,
    unfinished: unfinished.filter((changeId) => changeId !== atWork?.changeId),
    obstacles: await transactionObstacles(changesToRun(planned)),
  };
}

async function itemsOf(
  engine: Engine,
  stages: readonly PlannedStage[],
  atWork: AtWork | undefined,
): Promise<PlanItem[]> {
  const items: PlanItem[] = [];
  for (const planned of stages.flatMap(({ changes }) => changes)) {
    const item = planItem(planned, engine.store, atWork);
    const playbook = item.action === 'MANUAL_INTERVENTION' ? await outlookFor(engine, planned) : undefined;
    items.push(playbook ? { ...item, playbook } : item);
  }
  return items;
}

function planItem(planned: PlannedChange, store: AuditStore, atWork: AtWork | undefined): PlanItem {
  const { change, entry, action, reason, notBefore } = planned;
  const moment = notBefore === undefined ? undefined : momentOf(notBefore);
  const waiting =
    moment === undefined
      ? { action, reason }
      : { action, reason: `not before ${moment}: ${reason}`, notBefore: moment };
  const facts = subjectOf(change, txStrategyOf(change, store));
  const decision =
    atWork?.changeId === change.id ? { action: 'EXECUTE' as const, reason: describeWork(atWork) } : waiting;
  return { ...facts, ...decision, ...(entry && { state: entry.state }) };
}
