import { AuditTamperedError } from '../audit/audit.errors.js';
import { LedgerTamperedError } from '../decisions/decision.errors.js';
import {
  ChangeFailedError,
  ManualInterventionError,
  NotYetError,
  RunAbortedError,
  UnapprovedChangesError,
} from '../run/run.errors.js';
import type { AlertCause } from './alert.js';
import {
  driftCause,
  failedChangeCause,
  failedRunCause,
  historyCause,
  ledgerCause,
  takeOverCause,
} from './alert-causes.js';
import type { AlertFact } from './alert-facts.js';
import { lastApplied, type Standing } from './find-causes.js';

/** Ends of a run that something else tells: an issue, a circuit, an approval, the failed change; or that were wanted. */
const TOLD = [
  ChangeFailedError,
  ManualInterventionError,
  NotYetError,
  RunAbortedError,
  UnapprovedChangesError,
];

/** What is wrong as this process has learned. */
export function learnedCauses(facts: readonly AlertFact[], standing: Standing): AlertCause[] {
  return facts.flatMap((fact) => causesOf(fact, standing));
}

function causesOf(fact: AlertFact, { snapshot, issues }: Standing): AlertCause[] {
  const hasIssue = (changeId: string): boolean => issues.some(({ entry }) => entry.changeId === changeId);
  switch (fact.what) {
    case 'failed':
      return [...failedChanges(fact, snapshot, hasIssue), ...failedRun(fact.error, snapshot)];
    case 'completed':
      return failedChanges(fact, snapshot, hasIssue);
    case 'took-over':
      return hasIssue(fact.event.changeId) ? [] : [takeOverCause(fact.event)];
    case 'verified': {
      const { verification } = fact;
      if (verification.ok || verification.absent) return [];
      const { seq, fault, inDecisions } = verification;
      return [
        inDecisions ? ledgerCause({ seq, fault }) : historyCause(String(seq), `Entry ${seq} ${fault}.`),
      ];
    }
    case 'drift':
      return fact.report.drifted
        .filter(({ verdict }) => verdict !== 'unknown')
        .map((verdict) => driftCause(verdict, snapshot.get(verdict.changeId)?.seq ?? 0));
  }
}

function failedChanges(
  { report }: Extract<AlertFact, { what: 'failed' | 'completed' }>,
  snapshot: Standing['snapshot'],
  hasIssue: (changeId: string) => boolean,
): AlertCause[] {
  return report.changes
    .filter(({ result, changeId }) => result === 'failed' && !hasIssue(changeId))
    .map((change) => failedChangeCause(change, lastApplied(snapshot)));
}

function failedRun(error: unknown, snapshot: Standing['snapshot']): AlertCause[] {
  if (TOLD.some((type) => error instanceof type)) return [];
  if (error instanceof LedgerTamperedError) return [ledgerCause(error)];
  const seq = Math.max(0, ...[...snapshot.values()].map((entry) => entry.seq));
  if (error instanceof AuditTamperedError) return [historyCause(String(seq), error.message)];
  return [failedRunCause(error, seq)];
}
