import type { AuditEntry } from '../audit/audit-entry.js';
import { PARTIAL_EFFECT } from '../audit/entry-metadata.js';
import type { AuditFact } from '../audit/audit-journal.js';
import type { ChangeEffect } from '../audit/audit.errors.js';
import type { ChangeDescriptor } from '../change/change-descriptor.js';
import { fingerprintOf } from '../change/fingerprint.js';
import { FencedError } from '../lock/lock.errors.js';
import { decide, type Decision } from '../recovery/recovery-decision.js';
import type { Marker, TransactionalTargetSystem } from '../target-system/target-system.js';
import { ChangeCaller, type RunResources } from './change-caller.js';
import { PartlyAppliedError } from './executor.errors.js';
import { unusable } from '../target-system/target-system.errors.js';
import { fencedOut } from './target-claims.js';
import { claimedBy } from '../recovery/lost-writes.js';

/** What is to be done about a change now, and the entry that says so. */
export interface Reconciliation extends Decision {
  readonly entry: AuditEntry;
}

/**
 * Settles executions and undos whose end the audit store does not know, by the marker in the
 * target system.
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
  async reconcile(change: ChangeDescriptor, entry: AuditEntry): Promise<Reconciliation> {
    const marker = await this.proof(change, entry);
    const decision = decide(entry, change.recovery, evidenceOf(marker));
    const { effect, ...fact } = endOf(change, entry, decision, marker);
    const metadata = { ...fact.metadata, ...fingerprintOf(entry), ...claimedBy(this.run.lease.token) };
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
  const failure = { error, metadata: PARTIAL_EFFECT };
  // Recorded as UNDO, so that the operator sees that an undo stopped halfway.
  return entry.operation === 'UNDO'
    ? { ...failure, state: 'ROLLBACK_FAILED', effect: 'undo-failed', operation: 'UNDO' }
    : { ...failure, state: 'EXECUTION_FAILED', effect: 'failed', operation };
}
