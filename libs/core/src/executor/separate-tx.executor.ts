import type { AuditStep, AuditSubject } from '../audit/audit-journal.js';
import type { ChangeDescriptor } from '../change/change-descriptor.js';
import { FencedError } from '../lock/lock.errors.js';
import type {
  Marker,
  TransactionalTargetSystem,
  TransactionOutcome,
} from '../target-system/target-system.js';
import { AuditedStep, type RunResources } from './audited-step.js';
import { subjectOf, type ChangeExecutor, type ChangeOutcome } from './change-executor.js';
import { stopwatch } from './stopwatch.js';
import { transact } from './transact.js';

/**
 * Runs changes whose target has transactions of its own: STARTED is durable first, the
 * target commits the change with a marker, and EXECUTED follows. Whoever finds STARTED
 * without an end reads the marker.
 */
export class SeparateTxExecutor implements ChangeExecutor {
  private readonly step: AuditedStep;

  constructor(private readonly run: RunResources) {
    this.step = new AuditedStep(run);
  }

  async execute(change: ChangeDescriptor): Promise<ChangeOutcome> {
    const { journal, runtime, lease } = this.run;
    const subject = subjectOf(change, 'TX_SEPARATE');
    const methodName = change.execution.name;
    const target = change.target as TransactionalTargetSystem;
    const elapsed = stopwatch(runtime);
    await this.step.recordBefore(subject, { state: 'STARTED', at: journal.now(), methodName });
    const outcome = await this.commit(change, target);
    const durationMs = elapsed();
    if (await this.committed(outcome, change, target)) {
      await this.step.recordAfter(subject, 'executed', {
        state: 'EXECUTED',
        at: journal.now(),
        methodName,
        durationMs,
      });
      return { status: 'executed', durationMs };
    }
    lease.assertHeld();
    return this.recordFailure(subject, outcome, { at: journal.now(), methodName, durationMs });
  }

  private commit(change: ChangeDescriptor, target: TransactionalTargetSystem): Promise<TransactionOutcome> {
    const run = this.step.identify(change);
    const marker: Marker = { ...run, token: this.run.lease.token };
    return transact(target, run, (handles) => this.step.callInTransaction(change, handles), marker);
  }

  private async committed(
    outcome: TransactionOutcome,
    change: ChangeDescriptor,
    { markers }: TransactionalTargetSystem,
  ): Promise<boolean> {
    const { journal, lease, patience } = this.run;
    if (outcome.status === 'committed') return true;
    if (outcome.error instanceof FencedError) throw lease.lose('the target system was fenced', outcome.error);
    if (outcome.status !== 'unknown') return false;
    return this.step.learnOutcome(change, async () => {
      const marker = await patience.insist(() => markers.read(journal.service, change.id, lease.token));
      return marker?.executionId === journal.executionId;
    });
  }

  private async recordFailure(
    subject: AuditSubject,
    outcome: TransactionOutcome,
    ended: Omit<AuditStep, 'state'> & { durationMs: number },
  ): Promise<ChangeOutcome> {
    const error = outcome.status === 'committed' ? undefined : outcome.error;
    const partly = outcome.status === 'partly-applied';
    const state = partly ? 'ROLLBACK_FAILED' : 'ROLLED_BACK';
    const last: AuditStep = { ...ended, state, durationMs: 0, ...(partly && { error }) };
    const failed: AuditStep = { ...ended, state: 'EXECUTION_FAILED', error };
    await this.step.recordAfter(subject, partly ? 'failed' : 'rolled-back', failed, last);
    return { status: 'failed', state, error, durationMs: ended.durationMs };
  }
}
