import type { AuditStore } from '../audit/audit-store.js';
import type { ChangeDescriptor } from '../change/change-descriptor.js';
import { ChangeCaller, type RunResources } from './change-caller.js';
import { subjectOf, type ChangeExecutor, type ChangeOutcome } from './change-executor.js';
import { executionOf, type ChangeCall } from './change-call.js';
import { NonTxExecution } from './non-tx.execution.js';
import { noSteps } from './step-access.js';
import { readCompleted } from './step-log.js';
import { stopwatch } from './stopwatch.js';

/** Runs and undoes changes that no transaction protects: STARTED is durable before a method runs. */
export class NonTxExecutor implements ChangeExecutor {
  private readonly caller: ChangeCaller;

  constructor(
    private readonly run: RunResources,
    private readonly store: AuditStore,
  ) {
    this.caller = new ChangeCaller(run);
  }

  execute(change: ChangeDescriptor, call = executionOf(change)): Promise<ChangeOutcome> {
    if (call.operation === 'UNDO') return this.undo(change, call);
    return new NonTxExecution(this.run, this.store, this.caller, change, call).execute();
  }

  private async undo(change: ChangeDescriptor, call: ChangeCall): Promise<ChangeOutcome> {
    const { journal, runtime, signal } = this.run;
    const subject = subjectOf(change, 'NON_TX');
    const elapsed = stopwatch(runtime);
    const completed = await readCompleted(this.store, journal.service, change.id, call.stepsOf);
    const started = this.caller.started(call);
    const { hash: origin } = await this.caller.recordBefore(subject, started);
    if (signal.aborted) return this.caller.recordUnbegun(subject, call, started);
    const steps = noSteps(change.id, 'its rollback method', completed);
    const result = await this.caller.callGuarded(change, { ...call, origin }, steps);
    if (result.status === 'not-called')
      return this.caller.recordUnbegun(subject, call, started, result.error);
    const durationMs = elapsed();
    const ended = { ...started, at: journal.now(), durationMs };
    if (result.status === 'done') {
      const { state, effect } = call.done;
      await this.caller.recordAfter(subject, effect, { ...ended, state });
      return { status: 'executed', durationMs };
    }
    const { error } = result;
    const { state, effect } = call.failed;
    await this.caller.recordAfter(subject, effect, { ...ended, state, error });
    return { status: 'failed', state, error, durationMs };
  }
}
