import type { AuditEntry } from '../audit/audit-entry.js';
import { PARTIAL_EFFECT, readMetadata, writeMetadata } from '../audit/entry-metadata.js';
import type { StoredSteps } from '../audit/step-records.js';
import { stepsToGoOnFrom } from '../recovery/step-decision.js';
import { repeating } from '../audit/change-origin.js';
import type { AuditFact } from '../audit/audit-journal.js';
import type { ChangeEffect } from '../audit/audit.errors.js';
import type { ChangeDescriptor } from '../change/change-descriptor.js';
import { fingerprintOf } from '../change/fingerprint.js';
import { FencedError } from '../lock/lock.errors.js';
import { heldBack, NO_HOLD } from '../recovery/hold-back.js';
import { triesOf } from '../recovery/back-off.js';
import { decide, decideByVerdict, isUncertain, type Decision } from '../recovery/recovery-decision.js';
import type { Marker, TransactionalTargetSystem } from '../target-system/target-system.js';
import { goingOn, type ChangeCall } from './change-call.js';
import { ChangeCaller, type RunResources } from './change-caller.js';
import { PartlyAppliedError, UnsettledByVerifyError } from './executor.errors.js';
import { unusable } from '../target-system/target-system.errors.js';
import { fencedOut } from './target-claims.js';
import { sameDiagnosis } from '../recovery/diagnosis.js';
import { claimedBy } from '../recovery/lost-writes.js';

/** What is to be done about a change now, and the entry that says so. */
export interface Reconciliation extends Decision {
  readonly entry: AuditEntry;
  /** How it is executed, where that is to go on from the steps of an earlier run. */
  readonly call?: ChangeCall;
}

/**
 * Settles executions and undos whose end the audit store does not know, by the marker in the
 * target system, or by what the change's `@Verify()` says where there is no marker.
 */
export class Reconciler {
  private readonly caller: ChangeCaller;

  constructor(private readonly run: RunResources) {
    this.caller = new ChangeCaller(run);
  }

  /**
   * Records `EXECUTED` if the change is applied, `ROLLED_BACK` if it is not, and the failure
   * if only part of it is, as the end of the execution or undo behind `entry` has left it.
   *
   * @returns what is to be done about the change now: SKIP, EXECUTE or MANUAL_INTERVENTION.
   */
  reconcile(change: ChangeDescriptor, entry: AuditEntry): Promise<Reconciliation> {
    return isUncertain(entry) ? this.byVerdict(change, entry) : this.byMarker(change, entry);
  }

  /** What it has said already is not recorded again; nor is what leaves the change to be executed again. */
  private async byVerdict(change: ChangeDescriptor, entry: AuditEntry): Promise<Reconciliation> {
    const steps = stepsToGoOnFrom(entry, this.run.snapshot.steps?.get(change.id));
    if (!change.verification && steps) return goOnFrom(change, entry, steps);
    const { verdict, error } = await this.caller.inquire(change);
    const decision = decideByVerdict(entry, change.recovery, verdict);
    const next = heldBack({ change, entry, ...decision }, NO_HOLD);
    const isSettled = verdict === 'applied' || verdict === 'not-applied';
    if (!isSettled && steps) return goOnFrom(change, entry, steps);
    const isKnown = readMetadata(entry).verdict === verdict;
    if (!isSettled && (isKnown || next.action === 'EXECUTE')) return { ...next, entry };
    const { effect, ...fact } = isSettled
      ? endOf(change, entry, decision, undefined)
      : openEnd(
          entry,
          new UnsettledByVerifyError(change.id, verdict, error === undefined ? {} : { cause: error }),
        );
    // What failed then is what a person has to know, not that nobody could tell how much of it is there.
    const known = isSettled ? {} : sameDiagnosis(entry);
    const metadata = {
      ...writeMetadata({ verdict, ...(steps && !steps.areUnbegun && { steps: steps.execution }) }),
      ...fingerprintOf(entry),
      ...triesOf(entry),
      ...repeating(entry),
      ...known,
    };
    const ended = { ...fact, metadata, at: this.run.journal.now() };
    return { ...next, entry: await this.caller.recordAfter(entry, effect, ended) };
  }

  private async byMarker(change: ChangeDescriptor, entry: AuditEntry): Promise<Reconciliation> {
    const marker = await this.proof(change, entry);
    const decision = decide(entry, change.recovery, evidenceOf(marker));
    const { effect, ...fact } = endOf(change, entry, decision, marker);
    const known = decision.action === 'MANUAL_INTERVENTION' ? sameDiagnosis(entry) : {};
    const metadata = {
      ...fact.metadata,
      ...fingerprintOf(entry),
      ...triesOf(entry),
      ...claimedBy(this.run.lease.token),
      ...known,
    };
    const ended = { ...fact, metadata, at: this.run.journal.now() };
    const recorded = await this.caller.recordAfter(entry, effect, ended);
    return { ...decision, entry: recorded };
  }

  /** The marker of the very execution or undo behind `entry`. */
  private async proof(change: ChangeDescriptor, entry: AuditEntry): Promise<Marker | undefined> {
    const { lease, retry } = this.run;
    const target = change.target as TransactionalTargetSystem;
    const { markers } = target;
    try {
      const marker = await retry.run(target, () => markers.read(lease.hold, change.id));
      const proves = marker?.executionId === entry.executionId && marker.operation === entry.operation;
      return proves ? marker : undefined;
    } catch (cause) {
      if (cause instanceof FencedError) throw await fencedOut(this.run, target, cause);
      throw unusable(change.target.id, cause);
    }
  }
}

/** Its own steps tell what else there is to do, and what nobody knows. */
function goOnFrom(change: ChangeDescriptor, entry: AuditEntry, steps: StoredSteps): Reconciliation {
  if (steps.areUnbegun) return { action: 'EXECUTE', reason: 'no step of it had begun', entry };
  const names = steps.steps.filter(({ state }) => state === undefined).map(({ name }) => `"${name}"`);
  const kept =
    names.length > 0
      ? `without running again what it has completed: ${names.join(', ')}`
      : 'with its first step';
  return { action: 'EXECUTE', reason: `it goes on ${kept}`, entry, call: goingOn(change, { entry, steps }) };
}

function evidenceOf(marker: Marker | undefined): 'present' | 'partial' | 'absent' {
  if (!marker) return 'absent';
  return marker.partial === undefined ? 'present' : 'partial';
}

function endOf(
  change: ChangeDescriptor,
  entry: AuditEntry,
  { action }: Decision,
  marker: Marker | undefined,
): Omit<AuditFact, 'at'> & { effect: ChangeEffect } {
  const operation = 'RECONCILE';
  if (action === 'SKIP') return { state: 'EXECUTED', effect: 'executed', operation };
  if (action !== 'MANUAL_INTERVENTION') return { state: 'ROLLED_BACK', effect: 'rolled-back', operation };
  const error = new PartlyAppliedError(change.id, marker?.partial ?? 'no detail');
  return { ...openEnd(entry, error), metadata: PARTIAL_EFFECT };
}

/** The end of one that a person has to look at. An undo stays one, so that the operator sees that it stopped halfway. */
function openEnd(
  { operation, state }: AuditEntry,
  error: unknown,
): Pick<AuditFact, 'state' | 'operation' | 'error'> & { effect: ChangeEffect } {
  if (operation === 'UNDO')
    return { error, state: 'ROLLBACK_FAILED', effect: 'undo-failed', operation: 'UNDO' };
  const isRollback = state === 'ROLLBACK_FAILED';
  return {
    error,
    state: isRollback ? 'ROLLBACK_FAILED' : 'EXECUTION_FAILED',
    effect: 'failed',
    operation: 'RECONCILE',
  };
}
