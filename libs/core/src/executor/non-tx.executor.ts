import type { ChangeFacts } from '../audit/audit-journal.js';
import type { ChangeDescriptor } from '../change/change-descriptor.js';
import { ChangeCaller, type RunResources } from './change-caller.js';
import type { Attempt } from './attempt.js';
import { subjectOf, type ChangeExecutor, type ChangeOutcome } from './change-executor.js';
import { RollbackFailedError } from './executor.errors.js';
import { executionOf, type ChangeCall } from './change-call.js';
import { stopwatch } from './stopwatch.js';

/**
 * Runs changes that no transaction protects: STARTED is durable before the change
 * runs; after a failure the change's own rollback takes it back, if it has one. One that was
 * never called, because its target could not be used, has nothing to take back.
 */
export class NonTxExecutor implements ChangeExecutor {
  private readonly caller: ChangeCaller;

  constructor(private readonly run: RunResources) {
    this.caller = new ChangeCaller(run);
  }

  async execute(change: ChangeDescriptor, call = executionOf(change)): Promise<ChangeOutcome> {
    const { journal, runtime } = this.run;
    const subject = subjectOf(change, 'NON_TX');
    const elapsed = stopwatch(runtime);
    const started = this.caller.started(call);
    await this.caller.recordBefore(subject, started);
    if (this.run.signal.aborted) return this.caller.recordUnbegun(subject, call, started);
    const result = await this.caller.callGuarded(change, call);
    const durationMs = elapsed();
    const ended = { ...started, at: journal.now(), durationMs };
    if (result.status === 'done') {
      const { state, effect } = call.done;
      await this.caller.recordAfter(subject, effect, { ...ended, state });
      return { status: 'executed', durationMs };
    }
    const { error } = result;
    if (result.status === 'not-called') return this.caller.recordUnbegun(subject, call, started, error);
    const { state, effect } = call.failed;
    await this.caller.recordAfter(subject, effect, { ...ended, state, error });
    const compensation =
      call.operation === 'EXECUTE' ? await this.compensate(change, subject, result, call) : undefined;
    return { status: 'failed', state, error, durationMs, ...compensation };
  }

  /** Never while the change may still be at work: the two would race. */
  private async compensate(
    change: ChangeDescriptor,
    subject: ChangeFacts,
    failure: Attempt,
    { metadata }: ChangeCall,
  ): Promise<{ state: 'ROLLED_BACK' | 'ROLLBACK_FAILED'; rollbackError?: unknown } | undefined> {
    const { rollback } = change;
    if (failure.status !== 'threw' || !rollback) return undefined;
    const { journal, runtime } = this.run;
    const elapsed = stopwatch(runtime);
    const result = await this.caller.callGuarded(change, { operation: 'EXECUTE', method: rollback });
    const ended = { at: journal.now(), methodName: rollback.name, durationMs: elapsed(), metadata };
    if (result.status === 'done') {
      await this.caller.recordAfter(subject, 'rolled-back', { ...ended, state: 'ROLLED_BACK' });
      return { state: 'ROLLED_BACK' };
    }
    const error = new RollbackFailedError(change.id, failure.error, result.error);
    await this.caller.recordAfter(subject, 'failed', { ...ended, state: 'ROLLBACK_FAILED', error });
    return { state: 'ROLLBACK_FAILED', rollbackError: result.error };
  }
}
