import { momentOf } from '../audit/store-time.js';
import type { AuditEntry } from '../audit/audit-entry.js';
import { PARTIAL_EFFECT } from '../audit/entry-metadata.js';
import { isApplied } from '../audit/audit-state.js';
import { errorText } from '../errors/error-text.js';
import type { TxStrategy } from '../audit/tx-strategy.js';
import type { ChangeDescriptor } from '../change/change-descriptor.js';
import type { ChangeOutcome } from '../executor/change-executor.js';
import { diagnosisOf, type Diagnosis } from '../recovery/diagnosis.js';
import { guidanceFor } from '../recovery/guidance.js';
import { changeFacts, entryFacts, stepFacts } from '../recovery/issue-facts.js';
import { heldBack } from '../recovery/hold-back.js';
import { outlookStep, type PlaybookOutlook } from '../recovery/playbook.js';
import { decideFor, type Action, type Decision } from '../recovery/recovery-decision.js';
import { reportChange, type ChangeReport } from '../reporting/execution-report.js';
import type { ExecutionPlan, PlannedChange } from '../plan/execution-plan.js';

type FailedOutcome = ChangeOutcome & { readonly status: 'failed' };

/** Reports a change whose recorded state needs a manual check. */
export function blockedReport({ change, entry, reason, steps }: PlannedChange): ChangeReport {
  const diagnosis = entry && diagnosisOf(entry);
  const facts = { ...changeFacts(change), ...stepFacts(entry, steps, change), runsAgain: false };
  return reportChange(change, {
    result: 'blocked',
    reason,
    state: entry?.state ?? 'STARTED',
    ...(entry && { targetSystem: entry.targetSystem, recorded: `${entry.createdAt} by ${entry.hostname}` }),
    ...(entry?.error != null && { error: entry.error }),
    ...(diagnosis && { diagnosis }),
    nextSteps: entry ? guidanceFor({ ...entryFacts(entry), ...facts }) : [],
  });
}

/** Reports a change that it is too early for, or that people have not approved. */
export function waitingReport({ change, entry, reason, notBefore }: PlannedChange): ChangeReport {
  const at = notBefore === undefined ? undefined : momentOf(notBefore);
  return reportChange(change, {
    result: 'waiting',
    reason: at === undefined ? reason : `not before ${at}: ${reason}`,
    ...(at !== undefined && { notBefore: at }),
    ...(entry && { state: entry.state }),
    ...(entry?.error != null && { error: entry.error }),
  });
}

/** Reports a change that did not go on because a person has to look at one of its steps. */
export function unsettledReport(planned: PlannedChange, { unsettled, left }: FailedOutcome): ChangeReport {
  const decision = unsettled && decideFor(planned.change, unsettled, left?.steps);
  return blockedReport({ ...planned, entry: unsettled, steps: left?.steps, ...decision });
}

/** Reports the changes of a plan that a run with `onIssue: 'skip'` would do nothing about now. */
export function restingReports({ stages }: Pick<ExecutionPlan, 'stages'>): ChangeReport[] {
  return stages.flatMap(({ changes }) => {
    const stopper = changes.find(({ action }) => action === 'MANUAL_INTERVENTION' || action === 'WAIT');
    return changes.map((planned) => {
      const { change, action, reason } = planned;
      if (action === 'SKIP') return reportChange(change, { result: 'skipped', reason });
      if (planned === stopper) return action === 'WAIT' ? waitingReport(planned) : blockedReport(planned);
      return leftOutReport(change, stopper?.change.id ?? '');
    });
  });
}

/** Reports a change that a failed or blocked one keeps from being reached. */
function leftOutReport(change: ChangeDescriptor, stopperId: string): ChangeReport {
  return reportChange(change, { result: 'not-reached', reason: `stopped by "${stopperId}"` });
}

/** A try that has just ended: what its entries count, and when it did, on the store's clock. */
export interface EndedTry {
  readonly tries: AuditEntry['metadata'];
  readonly at: number;
}

/** What the next run does about a change whose execution or undo failed just now. */
export function nextAfter(
  change: ChangeDescriptor,
  { state, hasPartialEffect, left }: Pick<FailedOutcome, 'state' | 'hasPartialEffect' | 'left'>,
  operation: 'EXECUTE' | 'UNDO',
  txStrategy: TxStrategy,
  { tries, at }: EndedTry = { tries: {}, at: Infinity },
): Decision {
  const metadata = { ...(hasPartialEffect ? PARTIAL_EFFECT : left?.metadata), ...tries };
  const entry = { state, operation, txStrategy, recoveryStrategy: change.recovery, metadata };
  const decision = decideFor(change, entry, left?.steps);
  if (Object.keys(tries).length === 0) return decision;
  const dated = { ...entry, createdAt: momentOf(at) };
  return heldBack({ change, entry: dated, ...decision }, { now: at, circuits: new Map() });
}

const WHAT_NEXT = {
  EXECUTE: 'runs it again',
  SKIP: 'leaves it as it is',
  RECONCILE: 'asks',
  MANUAL_INTERVENTION: 'stops at it',
  WAIT: 'runs it again, not before',
} as const satisfies Record<Action, string>;

/** Reports a change that failed just now; what comes next is what the next run will decide. */
export function failedReport(
  { change }: PlannedChange,
  outcome: FailedOutcome,
  txStrategy: TxStrategy,
  ended: EndedTry | undefined,
  diagnosis: Diagnosis | undefined,
): ChangeReport {
  const { state, error, hasPartialEffect, isUnbegun, wasEmpty, rollbackError, durationMs, left } = outcome;
  const operation = 'EXECUTE';
  const next = nextAfter(change, outcome, operation, txStrategy, ended);
  const failure = errorText(error);
  const facts = {
    ...changeFacts(change),
    ...stepFacts(left && { state, metadata: left.metadata }, left?.steps, change),
    state,
    operation,
    txStrategy,
    targetSystem: change.target.id,
    className: change.className,
    rollbackRan: rollbackError !== undefined,
    hasPartialEffect: hasPartialEffect ?? false,
    isUnbegun,
    wasEmpty,
    runsAgain: next.action !== 'MANUAL_INTERVENTION',
    isAsked: next.action === 'RECONCILE' && change.verification !== undefined,
  } as const;
  return reportChange(change, {
    result: 'failed',
    reason: `the next start ${WHAT_NEXT[next.action]}${notBeforeOf(next)}: ${next.reason}`,
    durationMs,
    state,
    error: failure,
    ...(diagnosis && { diagnosis }),
    ...(rollbackError !== undefined && { rollbackError: errorText(rollbackError) }),
    nextSteps: guidanceFor(facts),
  });
}

function notBeforeOf({ notBefore }: Decision): string {
  return notBefore === undefined ? '' : ` ${momentOf(notBefore)}`;
}

/** The same report, with what a playbook would do about the change. */
export function withOutlook(report: ChangeReport, outlook: PlaybookOutlook): ChangeReport {
  return { ...report, nextSteps: [...(report.nextSteps ?? []), outlookStep(outlook)] };
}

/** What to do about a change whose undo failed just now and left it in `state`. */
export function undoFailureSteps(
  change: ChangeDescriptor,
  { state, error, hasPartialEffect, isUnbegun, wasEmpty }: FailedOutcome,
  txStrategy: TxStrategy,
): string[] {
  return guidanceFor({
    ...changeFacts(change),
    state,
    operation: 'UNDO',
    txStrategy,
    targetSystem: change.target.id,
    className: change.className,
    error: errorText(error),
    rollbackRan: true,
    hasPartialEffect: hasPartialEffect ?? false,
    isUnbegun,
    wasEmpty,
    runsAgain: isApplied(state),
  });
}

/** Reports a change in the middle of which the run came to its end, with nothing recorded of how. */
export function interruptedReport(change: ChangeDescriptor, error: unknown): ChangeReport {
  return reportChange(change, {
    result: 'failed',
    reason: 'the run ended in the middle of it; the next start decides from what is recorded',
    error: errorText(error),
  });
}

/** Reports changes that a run did not come to because of `stopper`. */
export function leftOut(changes: readonly PlannedChange[], stopper: ChangeReport): ChangeReport[] {
  return changes.map(({ change, action, reason }) =>
    action === 'SKIP'
      ? reportChange(change, { result: 'skipped', reason })
      : leftOutReport(change, stopper.changeId),
  );
}
