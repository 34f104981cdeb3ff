import type { ApprovalStanding } from '../decisions/approval.js';
import { readCircuits } from '../run/circuits.js';
import type { Engine } from '../run/engine.js';
import { toldEdits } from '../run/plan-checks.js';
import { emergenciesIn, type EmergencyRun } from './approvals.js';
import { plannedSummary, type ChangeSummary } from './change-list.js';
import { circuitsAt, type CircuitStatus } from './circuits.js';
import { lastRuns, type RunSummary } from './runs.js';
import { statusFacts, statusOf, type StatusReport } from './status.js';

/** Changes that one list of an overview has. */
const MOST_LISTED = 100;
/** Runs of an overview, and entries among which they are looked for. */
const LAST_RUNS = { limit: 8, mostRead: 200 };

/** A pending change that waits for people. */
export interface AwaitedApproval extends ApprovalStanding {
  readonly stage: string;
  readonly author: string;
}

/** Where a service stands, with what comes next and what came last. */
export interface Overview extends StatusReport {
  /** What a next run does not skip, in pipeline order: the first hundred. `changes` of the status has the counts. */
  readonly pending: readonly ChangeSummary[];
  /** Those of the pending ones that need approval and do not have it: the first hundred. */
  readonly approvals: readonly AwaitedApproval[];
  /** Changes that ran without approval, and that nobody has reviewed. */
  readonly emergencies: readonly EmergencyRun[];
  /** Target systems that have failed and not succeeded since. */
  readonly circuits: readonly CircuitStatus[];
  /** The last few, the newest first. */
  readonly runs: readonly RunSummary[];
  /** Ids of applied changes that are not any more what was applied. */
  readonly edited: readonly string[];
  /** Ids of applied changes that the code no longer has. */
  readonly unknown: readonly string[];
}

/**
 * Where a service stands, with what comes next and what came last. Asks the audit store alone, takes no lock and writes
 * nothing.
 *
 * @throws LedgerTamperedError
 */
export async function overview(engine: Engine): Promise<Overview> {
  const { store, pipeline, settings } = engine;
  const [facts, kept] = await Promise.all([
    statusFacts(engine),
    readCircuits(store.records, pipeline.service),
  ]);
  const { plan, observed, reading } = facts;
  const status = await statusOf(engine, facts);
  const planned = plan.stages.flatMap(({ changes }) => changes);
  const pending = planned.filter(({ action }) => action !== 'SKIP');
  const approvals = pending.flatMap(({ change, approval }) =>
    approval && !approval.isApproved ? [{ ...approval, stage: change.stage, author: change.author }] : [],
  );
  return {
    ...status,
    pending: pending.slice(0, MOST_LISTED).map((one) => plannedSummary(one, observed)),
    approvals: approvals.slice(0, MOST_LISTED),
    emergencies: await emergenciesIn(engine, observed.snapshot),
    circuits: circuitsAt(kept, reading?.storeNow ?? 0),
    runs: await lastRuns(engine, status.lock, LAST_RUNS),
    edited: toldEdits(plan, settings).map(({ changeId }) => changeId),
    unknown: plan.unknown,
  };
}
