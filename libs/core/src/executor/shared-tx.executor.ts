import type { AuditStep, AuditSubject } from '../audit/audit-journal.js';
import type { AuditBatch, AuditStore } from '../audit/audit-store.js';
import type { ChangeDescriptor } from '../change/change-descriptor.js';
import { FencedError } from '../lock/lock.errors.js';
import type { TransactionalTargetSystem, TransactionOutcome } from '../target-system/target-system.js';
import { AuditedStep, type RunResources } from './audited-step.js';
import { subjectOf, type ChangeExecutor, type ChangeOutcome } from './change-executor.js';
import { stopwatch } from './stopwatch.js';
import { transact } from './transact.js';

/**
 * Runs changes whose target is the audit store's own database: the change and its
 * entries commit together, so that either both are there or neither is.
 */
export class SharedTxExecutor implements ChangeExecutor {
  private readonly step: AuditedStep;

  constructor(
    private readonly run: RunResources,
    private readonly store: AuditStore,
  ) {
    this.step = new AuditedStep(run);
  }

  async execute(change: ChangeDescriptor): Promise<ChangeOutcome> {
    const { journal, runtime } = this.run;
    const subject = subjectOf(change, 'TX_SHARED');
    const elapsed = stopwatch(runtime);
    const started = { state: 'STARTED', at: journal.now(), methodName: change.execution.name } as const;
    const { outcome, batch } = await this.commit(change, subject, started, elapsed);
    const durationMs = elapsed();
    if (batch && (await this.committed(change, outcome, batch))) {
      journal.accept(batch);
      return { status: 'executed', durationMs };
    }
    return this.recordFailure(subject, started, outcome, durationMs);
  }

  private async commit(
    change: ChangeDescriptor,
    subject: AuditSubject,
    started: AuditStep,
    elapsed: () => number,
  ) {
    const { journal, lease } = this.run;
    const { lock } = this.store;
    const target = change.target as TransactionalTargetSystem;
    let batch: AuditBatch | undefined;
    const outcome = await transact(target, this.step.identify(change), async (handles, tx) => {
      if (lock.isHeldBy?.(tx)) lease.suspend();
      await this.step.callInTransaction(change, handles);
      const executed: AuditStep = { ...started, state: 'EXECUTED', at: journal.now(), durationMs: elapsed() };
      batch = journal.draft(subject, started, executed);
      await this.store.append(batch, tx);
    });
    await lease.resume();
    return { outcome, batch };
  }

  private async committed(
    change: ChangeDescriptor,
    outcome: TransactionOutcome,
    batch: AuditBatch,
  ): Promise<boolean> {
    if (outcome.status === 'unknown') {
      return this.step.learnOutcome(change, () => this.run.journal.landed(batch));
    }
    return outcome.status === 'committed';
  }

  private async recordFailure(
    subject: AuditSubject,
    started: AuditStep,
    outcome: TransactionOutcome,
    durationMs: number,
  ): Promise<ChangeOutcome> {
    const { journal, lease } = this.run;
    const error = outcome.status === 'committed' ? undefined : outcome.error;
    if (error instanceof FencedError) throw lease.lose('its audit entries were refused', error);
    lease.assertHeld();
    const failed = { ...started, at: journal.now(), durationMs };
    const steps: [AuditStep, ...AuditStep[]] = [started, { ...failed, state: 'EXECUTION_FAILED', error }];
    const rolledBack = outcome.status !== 'partly-applied';
    if (rolledBack) steps.push({ ...failed, state: 'ROLLED_BACK', durationMs: 0 });
    await this.step.recordAfter(subject, rolledBack ? 'rolled-back' : 'failed', ...steps);
    return { status: 'failed', state: rolledBack ? 'ROLLED_BACK' : 'EXECUTION_FAILED', error, durationMs };
  }
}
