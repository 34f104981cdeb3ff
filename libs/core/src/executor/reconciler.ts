import type { AuditEntry } from '../audit/audit-entry.js';
import type { ChangeDescriptor } from '../change/change-descriptor.js';
import { FlamingockError } from '../flamingock.error.js';
import { FencedError } from '../lock/lock.errors.js';
import { decide, type Decision } from '../recovery/recovery-decision.js';
import type { TransactionalTargetSystem } from '../target-system/target-system.js';
import { AuditedStep, type RunResources } from './audited-step.js';
import { TargetSystemUnavailableError } from './executor.errors.js';
import { subjectOf } from './change-executor.js';

/**
 * Settles executions and undos whose end the audit store does not know, by the marker in the
 * target system.
 */
export class Reconciler {
  private readonly step: AuditedStep;

  constructor(private readonly run: RunResources) {
    this.step = new AuditedStep(run);
  }

  /**
   * Records `EXECUTED` if the change is applied, `ROLLED_BACK` if it is not, as the end of
   * the execution or undo behind `entry` has left it.
   *
   * @returns what is to be done about the change now: SKIP or EXECUTE.
   */
  async reconcile(change: ChangeDescriptor, entry: AuditEntry): Promise<Decision> {
    const evidence = await this.evidence(change, entry);
    const decision = decide(entry, change.recovery, evidence);
    const applied = decision.action === 'SKIP';
    await this.step.recordAfter(subjectOf(change, entry.txStrategy), applied ? 'executed' : 'rolled-back', {
      state: applied ? 'EXECUTED' : 'ROLLED_BACK',
      operation: 'RECONCILE',
      at: this.run.journal.now(),
    });
    return decision;
  }

  private async evidence(change: ChangeDescriptor, entry: AuditEntry): Promise<'present' | 'absent'> {
    const { lease, journal, patience } = this.run;
    const { markers } = change.target as TransactionalTargetSystem;
    try {
      const marker = await patience.insist(() => markers.read(journal.service, change.id, lease.token));
      const proves = marker?.executionId === entry.executionId && marker.operation === entry.operation;
      return proves ? 'present' : 'absent';
    } catch (cause) {
      if (cause instanceof FencedError) throw lease.lose('the target system was fenced', cause);
      if (cause instanceof FlamingockError) throw cause;
      throw new TargetSystemUnavailableError(change.target.id, cause);
    }
  }
}
