import type { AuditEntry } from '../audit/audit-entry.js';
import type { ChangeDescriptor } from '../change/change-descriptor.js';
import { FlamingockError } from '../flamingock.error.js';
import { FencedError } from '../lock/lock.errors.js';
import { decide } from '../recovery/recovery-decision.js';
import type { TransactionalTargetSystem } from '../target-system/target-system.js';
import { AuditedStep, type RunResources } from './audited-step.js';
import { TargetSystemUnavailableError } from './executor.errors.js';
import { subjectOf } from './change-executor.js';

/**
 * Settles executions whose end the audit store does not know, by the marker in the
 * target system.
 */
export class Reconciler {
  private readonly step: AuditedStep;

  constructor(private readonly run: RunResources) {
    this.step = new AuditedStep(run);
  }

  /**
   * Records `EXECUTED` if the execution behind `entry` committed, `ROLLED_BACK` if not.
   *
   * @returns whether it committed.
   */
  async reconcile(change: ChangeDescriptor, entry: AuditEntry): Promise<boolean> {
    const evidence = await this.evidence(change, entry);
    const committed = decide(entry, change.recovery, evidence).action === 'SKIP';
    await this.step.recordAfter(subjectOf(change, entry.txStrategy), committed ? 'executed' : 'rolled-back', {
      state: committed ? 'EXECUTED' : 'ROLLED_BACK',
      operation: 'RECONCILE',
      at: this.run.journal.now(),
    });
    return committed;
  }

  private async evidence(change: ChangeDescriptor, entry: AuditEntry): Promise<'present' | 'absent'> {
    const { lease, journal, patience } = this.run;
    const { markers } = change.target as TransactionalTargetSystem;
    try {
      const marker = await patience.insist(() => markers.read(journal.service, change.id, lease.token));
      return marker?.executionId === entry.executionId ? 'present' : 'absent';
    } catch (cause) {
      if (cause instanceof FencedError) throw lease.lose('the target system was fenced', cause);
      if (cause instanceof FlamingockError) throw cause;
      throw new TargetSystemUnavailableError(change.target.id, cause);
    }
  }
}
