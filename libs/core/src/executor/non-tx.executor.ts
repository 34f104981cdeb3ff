import type { AuditSubject } from '../audit/audit-journal.js';
import type { ChangeDescriptor } from '../change/change-descriptor.js';
import { AuditedStep, type RunResources } from './audited-step.js';
import type { Attempt } from './attempt.js';
import { subjectOf, type ChangeExecutor, type ChangeOutcome } from './change-executor.js';
import { RollbackFailedError } from './executor.errors.js';
import { stopwatch } from './stopwatch.js';

/**
 * Runs changes that no transaction protects: STARTED is durable before the change
 * runs; after a failure the change's own rollback takes it back, if it has one.
 */
export class NonTxExecutor implements ChangeExecutor {
  private readonly step: AuditedStep;

  constructor(private readonly run: RunResources) {
    this.step = new AuditedStep(run);
  }

  async execute(change: ChangeDescriptor): Promise<ChangeOutcome> {
    const { journal, runtime, lease } = this.run;
    const subject = subjectOf(change, 'NON_TX');
    const methodName = change.execution.name;
    const elapsed = stopwatch(runtime);
    await this.step.recordBefore(subject, { state: 'STARTED', at: journal.now(), methodName });
    const result = await this.step.callGuarded(change, change.execution);
    lease.assertHeld();
    const durationMs = elapsed();
    if (result.status === 'done') {
      await this.step.recordAfter(subject, 'executed', {
        state: 'EXECUTED',
        at: journal.now(),
        methodName,
        durationMs,
      });
      return { status: 'executed', durationMs };
    }
    const { error } = result;
    await this.step.recordAfter(subject, 'failed', {
      state: 'EXECUTION_FAILED',
      at: journal.now(),
      methodName,
      durationMs,
      error,
    });
    const compensation = await this.compensate(change, subject, result);
    return { status: 'failed', state: 'EXECUTION_FAILED', error, durationMs, ...compensation };
  }

  /** Never while the change may still be at work: the two would race. */
  private async compensate(
    change: ChangeDescriptor,
    subject: AuditSubject,
    failure: Attempt,
  ): Promise<{ state: 'ROLLED_BACK' | 'ROLLBACK_FAILED'; rollbackError?: unknown } | undefined> {
    const { rollback } = change;
    if (failure.status !== 'threw' || !rollback) return undefined;
    const { journal, runtime, lease } = this.run;
    const elapsed = stopwatch(runtime);
    const result = await this.step.callGuarded(change, rollback);
    lease.assertHeld();
    const ended = { at: journal.now(), methodName: rollback.name, durationMs: elapsed() };
    if (result.status === 'done') {
      await this.step.recordAfter(subject, 'rolled-back', { ...ended, state: 'ROLLED_BACK' });
      return { state: 'ROLLED_BACK' };
    }
    const error = new RollbackFailedError(change.id, failure.error, result.error);
    await this.step.recordAfter(subject, 'failed', { ...ended, state: 'ROLLBACK_FAILED', error });
    return { state: 'ROLLBACK_FAILED', rollbackError: result.error };
  }
}
