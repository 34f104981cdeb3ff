import type { AuditEntry } from '../audit/audit-entry.js';
import { hasPartialEffect, readMetadata, type EntryMetadata } from '../audit/entry-metadata.js';
import type { AuditOperation, AuditState } from '../audit/audit-state.js';
import { RecoveryStrategy } from '../audit/recovery-strategy.js';
import type { RecordedSteps } from '../audit/step-records.js';
import type { ChangeDescriptor } from '../change/change-descriptor.js';
import { isStepUnsettled, stepInDoubt, type StepEntry } from './step-decision.js';
import { isVerdict, type Verdict } from './verdict.js';

/** What is to be done about a change. */
export type Action = 'EXECUTE' | 'SKIP' | 'RECONCILE' | 'MANUAL_INTERVENTION' | 'WAIT';

/** An action, and why, in a sentence for people. */
export interface Decision {
  readonly action: Action;
  readonly reason: string;
  /** Of `WAIT`: store time from which on it may be executed, in milliseconds since 1970. */
  readonly notBefore?: number;
}

/**
 * What the target system says about the last execution: all of it is there, part of it, or
 * nothing; `unread` until a holder has claimed the target and read the marker.
 */
export type MarkerEvidence = 'unread' | 'present' | 'partial' | 'absent';

/** The part of a change's last entry that a decision rests on. */
export type LastEntry = Pick<AuditEntry, 'state' | 'operation' | 'txStrategy' | 'recoveryStrategy'> &
  Partial<Pick<AuditEntry, 'metadata'>>;

type Column = 'NON_TX_MANUAL' | 'NON_TX_RETRY' | 'TX_SHARED' | 'TX_SEPARATE';

const execute = (reason: string): Decision => ({ action: 'EXECUTE', reason });
const skip = (reason: string): Decision => ({ action: 'SKIP', reason });
const reconcile = (reason: string): Decision => ({ action: 'RECONCILE', reason });
const manual = (reason: string): Decision => ({ action: 'MANUAL_INTERVENTION', reason });
const everywhere = (decision: Decision): Record<Column, Decision> => ({
  NON_TX_MANUAL: decision,
  NON_TX_RETRY: decision,
  TX_SHARED: decision,
  TX_SEPARATE: decision,
});

type Table = Readonly<Record<AuditState, Readonly<Record<Column, Decision>>>>;

const TABLE: Table = {
  STARTED: {
    NON_TX_MANUAL: manual('it was started and never ended; how much of it took effect is not known'),
    NON_TX_RETRY: execute('it was started and never ended; its author allows a retry'),
    TX_SHARED: manual('a start was recorded without its end, which one transaction cannot leave behind'),
    TX_SEPARATE: reconcile('it was started and its end was not recorded; the target system knows'),
  },
  EXECUTED: everywhere(skip('already executed')),
  MANUAL_MARKED_AS_EXECUTED: everywhere(skip('marked as executed by an operator')),
  EXECUTION_FAILED: {
    NON_TX_MANUAL: manual('it failed and was not rolled back; part of it may have taken effect'),
    NON_TX_RETRY: execute('it failed and was not rolled back; its author allows a retry'),
    TX_SHARED: manual('it failed and its rollback is not confirmed; part of it may have taken effect'),
    TX_SEPARATE: reconcile('it failed and its rollback is not recorded; the target system knows'),
  },
  ROLLED_BACK: everywhere(execute('its last execution was rolled back')),
  MANUAL_MARKED_AS_ROLLED_BACK: everywhere(execute('marked as rolled back by an operator')),
  ROLLBACK_FAILED: {
    NON_TX_MANUAL: manual('it failed and so did its rollback; part of it may have taken effect'),
    NON_TX_RETRY: execute('it failed and so did its rollback; its author allows a retry'),
    TX_SHARED: manual('it failed and so did its rollback; part of it may have taken effect'),
    TX_SEPARATE: manual('it failed and so did its rollback; part of it may have taken effect'),
  },
};

const UNDO_FAILED = everywhere(manual('its undo failed; part of it may have been taken back'));

type Evidence = Readonly<Record<Exclude<MarkerEvidence, 'unread'>, Decision>>;

const EVIDENCE: Evidence = {
  present: skip('its marker in the target system proves that it committed'),
  partial: manual('its target system proves that only part of it took effect'),
  absent: execute('no marker in the target system: it did not commit'),
};

const UNDO_EVIDENCE: Evidence = {
  present: execute("its undo's marker in the target system proves that it was undone"),
  partial: manual('its target system proves that its undo took back only part of it'),
  absent: skip('no marker of its undo in the target system: it is still executed'),
};

/** What is different after an entry of an undo: the author's strategy is about execution, not about undoing. */
const UNDO_TABLE: Table = {
  ...TABLE,
  STARTED: {
    NON_TX_MANUAL: manual('its undo was started and never ended; how much was taken back is not known'),
    NON_TX_RETRY: manual('its undo was started and never ended; how much was taken back is not known'),
    TX_SHARED: manual('an undo was recorded without its end, which one transaction cannot leave behind'),
    TX_SEPARATE: reconcile('its undo was started and its end was not recorded; the target system knows'),
  },
  EXECUTED: everywhere(skip('its undo failed and took nothing back; it is still executed')),
  EXECUTION_FAILED: UNDO_FAILED,
  ROLLED_BACK: everywhere(execute('it was undone by an operator')),
  ROLLBACK_FAILED: UNDO_FAILED,
};

/** What is different after a change was forgotten: nobody has found that nothing of it is left. */
const FORGET_TABLE: Table = {
  ...TABLE,
  MANUAL_MARKED_AS_ROLLED_BACK: everywhere(
    execute('it was forgotten, to be executed again; what it did before is still in its target system'),
  ),
};

const TABLES: Readonly<Partial<Record<AuditOperation, Table>>> = { UNDO: UNDO_TABLE, FORGET: FORGET_TABLE };

/**
 * Decides what to do about a change from what is recorded. An entry that says that part of the
 * change took effect needs no marker to repeat it.
 *
 * `strategy` is what today's code declares; a retry needs the recorded entry to say
 * the same, so that a strategy softened after a failure does not decide that failure.
 */
export function decide(
  entry: LastEntry | undefined,
  strategy: RecoveryStrategy,
  marker: MarkerEvidence = 'unread',
): Decision {
  if (!entry) return execute('never executed');
  const undoing = entry.operation === 'UNDO';
  const decision = (TABLES[entry.operation] ?? TABLE)[entry.state][column(entry, strategy)];
  const evidence = hasPartialEffect(entry) ? 'partial' : marker;
  if (decision.action !== 'RECONCILE' || evidence === 'unread') return decision;
  return (undoing ? UNDO_EVIDENCE : EVIDENCE)[evidence];
}

const UNCERTAIN: readonly AuditState[] = ['STARTED', 'EXECUTION_FAILED', 'ROLLBACK_FAILED'];

/** True where no entry and no marker can tell what became of the change: what `@Verify()` is asked for. */
export function isUncertain(entry: LastEntry): boolean {
  return entry.txStrategy === 'NON_TX' && UNCERTAIN.includes(entry.state) && !hasPartialEffect(entry);
}

/**
 * As {@link decide}, for a change of the code: where its `@Verify()` can tell and nothing else can, it is asked. What it
 * has said last holds until it is asked again. `steps`: those from which the next run can go on.
 */
export function decideFor(
  { recovery, verification }: Pick<ChangeDescriptor, 'recovery' | 'verification'>,
  entry: LastEntry,
  steps?: RecordedSteps,
): Decision {
  const decision = decide(entry, recovery);
  if (!isUncertain(entry)) return decision;
  const { metadata = {} } = entry;
  if (steps) return decideBySteps(decision, { ...entry, metadata }, steps, verification !== undefined);
  if (!verification) return decision;
  const { verdict } = readMetadata({ metadata });
  return isVerdict(verdict)
    ? decideByVerdict(entry, recovery, verdict)
    : reconcile(`${decision.reason}; its @Verify() is asked`);
}

/** Decides what to do about an uncertain change made of steps, those that it has completed being known. */
function decideBySteps(
  { action, reason }: Decision,
  entry: StepEntry,
  steps: RecordedSteps,
  isVerified: boolean,
): Decision {
  const doubt = stepInDoubt(entry, steps);
  if (action === 'MANUAL_INTERVENTION' && doubt !== undefined && isStepUnsettled(entry))
    return manual(`${reason}; ${unsettledStep(readMetadata(entry))}`);
  if (isVerified) return reconcile(`${reason}; its @Verify() is asked, then its steps`);
  if (action === 'EXECUTE' && !steps.areUnbegun) return execute(`${reason}; ${KEPT}`);
  if (steps.areUnbegun) return execute('no step of it had begun');
  if (doubt === undefined) return execute(`no step of it was left in the middle; ${KEPT}`);
  return reconcile(`${reason}; ${KEPT}, and the step that may have begun is asked by its verify`);
}

const KEPT = 'the steps that it has completed do not run again';

function unsettledStep({ inFlight, verdict }: EntryMetadata): string {
  if (!inFlight) return 'it could not go on to the step that may have begun';
  return verdict === 'unknown'
    ? `its step "${inFlight}" may be there in part, and nothing can tell`
    : `the verify of its step "${inFlight}" says "${verdict}"`;
}

/** Decides what to do about an uncertain change that its `@Verify()` has been asked about. */
export function decideByVerdict(entry: LastEntry, strategy: RecoveryStrategy, verdict: Verdict): Decision {
  switch (verdict) {
    case 'applied':
      return skip('its @Verify() says that all of it is there');
    case 'not-applied':
      return execute('its @Verify() says that nothing of it is there');
    case 'partial':
    case 'unknown': {
      const { action, reason } = decide(entry, strategy);
      return { action, reason: `${reason}; its @Verify() says "${verdict}"` };
    }
  }
}

function column({ txStrategy, recoveryStrategy }: LastEntry, strategy: RecoveryStrategy): Column {
  if (txStrategy !== 'NON_TX') return txStrategy;
  const retry = [recoveryStrategy, strategy].every((s) => s === RecoveryStrategy.ALWAYS_RETRY);
  return retry ? 'NON_TX_RETRY' : 'NON_TX_MANUAL';
}
