import { momentOf } from '../audit/store-time.js';
import type { AuditEntry } from '../audit/audit-entry.js';
import { isLeft, isSettled, type AuditHead } from '../audit/audit-head.js';
import type { AuditOperation, AuditState } from '../audit/audit-state.js';
import type { AuditSnapshot } from '../audit/audit-snapshot.js';
import { changesOf } from '../audit/renaming.js';
import type { LockReading } from '../lock/lock-store.js';
import type { ExecutionPlan, PlannedChange } from '../plan/execution-plan.js';
import type { Action } from '../recovery/recovery-decision.js';
import type { Engine } from '../run/engine.js';
import { planNow } from '../run/plan-now.js';
import { observe, type Observation } from './at-work.js';
import { findIssues, summaryOf, type IssueSummary } from './issues.js';
import { holderActivity } from '../run/holder-watch.js';
import type { HolderActivity } from '../reporting/holder-activity.js';
import { lockStatusOf, type LockStatus } from './lock.js';

/** What the last run or operation that recorded anything has left. A run that had nothing to do records nothing. */
export interface LastRun {
  readonly executionId: string;
  /** Host that it ran on. */
  readonly host: string;
  /** When its last entry was recorded, on the audit store's clock: ISO 8601, UTC. */
  readonly recordedAt: string;
  /** The changes whose last entry is its own, the newest last. */
  readonly changes: readonly {
    readonly changeId: string;
    readonly state: AuditState;
    readonly operation: AuditOperation;
  }[];
  /** Why the last of them failed, as recorded; absent where it did not. */
  readonly error?: string;
}

/** A change that it is too early for. */
export interface WaitingChange {
  readonly changeId: string;
  readonly targetSystem: string;
  /** When it may be executed, on the audit store's clock: ISO 8601, UTC. */
  readonly notBefore: string;
  /** Why, in a sentence. */
  readonly reason: string;
}

/** Where a service stands. */
export interface StatusReport {
  readonly service: string;
  /** End of the history; absent where nothing was ever recorded. */
  readonly head?: { readonly seq: number; readonly hash: string };
  /** True where the history says that a run of this very code has left nothing to do. */
  readonly isSettled: boolean;
  /** How many changes the code has that are applied, that a next run executes, and that need a manual check. */
  readonly changes: { readonly applied: number; readonly pending: number; readonly blocked: number };
  /** Those of the pending ones that it is too early for, in the order in which they run. */
  readonly waiting: readonly WaitingChange[];
  readonly lock: LockStatus;
  /** What the holder of the lock is at work on; absent where it is free, or its run has lasted less than a second. */
  readonly activity?: HolderActivity;
  /** Changes that need a manual check, also those that the code no longer has. */
  readonly issues: readonly IssueSummary[];
  /** Absent where nothing was ever recorded. */
  readonly lastRun?: LastRun;
}

/** What is read to tell where a service stands. */
export interface StatusFacts {
  readonly head: AuditHead | undefined;
  readonly reading: LockReading | undefined;
  readonly observed: Observation;
  readonly activity: HolderActivity | undefined;
  readonly plan: ExecutionPlan;
}

/** Tells where the service stands. Asks the audit store alone, takes no lock and writes nothing. */
export async function status(engine: Engine): Promise<StatusReport> {
  return statusOf(engine, await statusFacts(engine));
}

/** Reads what a status is made of. */
export async function statusFacts(engine: Engine): Promise<StatusFacts> {
  const { pipeline, store } = engine;
  const { service } = pipeline;
  const [head, reading, observed] = await Promise.all([
    store.readHead(service),
    store.lock.read(service),
    observe(engine),
  ]);
  const activity = reading && (await holderActivity(store, reading));
  const moment = { mayHaveFailed: isLeft(head), now: reading?.storeNow };
  const { plan } = await planNow(engine, observed.snapshot, moment);
  return { head, reading, observed, activity, plan };
}

/** Where the service stands, of what was read. */
export async function statusOf(
  engine: Engine,
  { head, reading, observed, activity, plan }: StatusFacts,
): Promise<StatusReport> {
  const { pipeline } = engine;
  const atWork = observed.atWork?.changeId;
  const planned = plan.stages.flatMap(({ changes }) => changes);
  const actions = planned.map(({ change, action }) => (change.id === atWork ? 'EXECUTE' : action));
  const lastRun = await lastRunIn(engine, observed.snapshot);
  return {
    service: pipeline.service,
    ...(head && head.seq > 0 && { head: { seq: head.seq, hash: head.hash } }),
    isSettled: isSettled(head, pipeline.digest),
    changes: countOf(actions),
    waiting: planned.flatMap((one) => (one.change.id === atWork ? [] : waitingOf(one))),
    lock: lockStatusOf(reading),
    ...(activity && { activity }),
    issues: findIssues(engine, observed).map(summaryOf),
    ...(lastRun && { lastRun }),
  };
}

function waitingOf({ change, notBefore, reason }: PlannedChange): WaitingChange[] {
  if (notBefore === undefined) return [];
  return [{ changeId: change.id, targetSystem: change.target.id, notBefore: momentOf(notBefore), reason }];
}

function countOf(actions: readonly Action[]): StatusReport['changes'] {
  const counts = { applied: 0, pending: 0, blocked: 0 };
  for (const action of actions) {
    if (action === 'SKIP') counts.applied++;
    else if (action === 'MANUAL_INTERVENTION') counts.blocked++;
    else counts.pending++;
  }
  return counts;
}

async function lastRunIn(engine: Engine, snapshot: AuditSnapshot): Promise<LastRun | undefined> {
  const entries: AuditEntry[] = changesOf(snapshot);
  const last = entries.at(-1);
  if (!last) return undefined;
  const { executionId, hostname: host, createdAt: recordedAt } = last;
  const changes = entries
    .filter((entry) => entry.executionId === executionId)
    .map(({ changeId, state, operation }) => ({ changeId, state, operation }));
  const error = await errorOf(engine, last);
  return { executionId, host, recordedAt, changes, ...(error != null && { error }) };
}

/** The failure that a rollback took back is in the entry before it. */
async function errorOf({ store }: Engine, entry: AuditEntry): Promise<string | null | undefined> {
  const { service, changeId, seq, state, operation } = entry;
  if (state !== 'ROLLED_BACK' || operation !== 'EXECUTE') return entry.error;
  const query = { changeId, before: seq, limit: 1, order: 'newest-first' } as const;
  for await (const failed of store.readHistory(service, query)) return failed.error;
  return undefined;
}
