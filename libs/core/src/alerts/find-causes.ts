import { isApplied } from '../audit/audit-state.js';
import type { AuditSnapshot } from '../audit/audit-snapshot.js';
import { readMetadata } from '../audit/entry-metadata.js';
import type { ApprovalStanding } from '../decisions/approval.js';
import { LedgerTamperedError } from '../decisions/decision.errors.js';
import { approvalList, emergencyList } from '../operations/approvals.js';
import { observe } from '../operations/at-work.js';
import { findIssues, stepsFor, summaryOf, type FoundIssue } from '../operations/issues.js';
import { planExecution } from '../plan/execution-planner.js';
import { decide } from '../recovery/recovery-decision.js';
import { readCircuits, type KeptCircuits } from '../run/circuits.js';
import type { Engine } from '../run/engine.js';
import type { AlertCause } from './alert.js';
import { approvalCause, circuitCause, emergencyCause, issueCause, ledgerCause } from './alert-causes.js';

/** Where a service stands, as far as alerts are about it. */
export interface Standing {
  readonly snapshot: AuditSnapshot;
  readonly issues: readonly FoundIssue[];
  readonly circuits: KeptCircuits;
  /** Of pending changes; `undefined` where the ledger cannot be trusted. */
  readonly approvals: readonly ApprovalStanding[] | undefined;
  /** What is wrong as long as it stands. */
  readonly causes: readonly AlertCause[];
}

/** Looks for what is wrong. Takes no lock and writes nothing. */
export async function findCauses(engine: Engine): Promise<Standing> {
  const { store, pipeline } = engine;
  const [observed, circuits] = await Promise.all([
    observe(engine),
    readCircuits(store.records, pipeline.service),
  ]);
  const { snapshot } = observed;
  const issues = findIssues(engine, observed).filter(isForPeople);
  const decided = await byDecisions(engine, snapshot).catch((error: unknown) => {
    if (error instanceof LedgerTamperedError) return { causes: [ledgerCause(error)], approvals: undefined };
    throw error;
  });
  const found = issues.map((issue) => issueCause(summaryOf(issue), issue.entry.seq, stepsFor(issue)));
  const open = [...circuits.values()].filter(({ opened }) => opened > 0).map(circuitCause);
  return {
    snapshot,
    issues,
    circuits,
    approvals: decided.approvals,
    causes: [...found, ...open, ...decided.causes],
  };
}

/** What an older version of the application does not know is for a person only where no run of a newer one settles it. */
function isForPeople({ change, entry }: FoundIssue): boolean {
  return change !== undefined || decide(entry, entry.recoveryStrategy).action === 'MANUAL_INTERVENTION';
}

/** What depends on the ledger of decisions, which is read only where something does. */
async function byDecisions(
  engine: Engine,
  snapshot: AuditSnapshot,
): Promise<{ causes: AlertCause[]; approvals: ApprovalStanding[] }> {
  const hasPending = planExecution(engine.pipeline, snapshot).hasWork;
  const approvals = hasPending ? await approvalList(engine) : [];
  const wanted = approvals.filter(({ isApproved, emergency }) => !isApproved && emergency === undefined);
  const hasForced = [...snapshot.values()].some((entry) => readMetadata(entry).emergency !== undefined);
  const emergencies = hasForced ? await emergencyList(engine) : [];
  const causes = [
    ...wanted.map(approvalCause),
    ...emergencies.map((run) => emergencyCause(run, snapshot.get(run.changeId)?.seq ?? 0)),
  ];
  return { causes, approvals };
}

/** `seq` of the last entry by which a change is applied; 0 where none is. */
export function lastApplied(snapshot: AuditSnapshot): number {
  const applied = [...snapshot.values()].filter(({ state }) => isApplied(state));
  return Math.max(0, ...applied.map(({ seq }) => seq));
}
