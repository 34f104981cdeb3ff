import type { AuditFact, ChangeFacts } from '../audit/audit-journal.js';
import type { AuditBatch, AuditStore } from '../audit/audit-store.js';
import type { ChangeDescriptor } from '../change/change-descriptor.js';
import type {
  ChangeRun,
  Handles,
  TransactionalTargetSystem,
  TransactionOutcome,
} from '../target-system/target-system.js';
import type { Transaction } from '../lock/transaction.js';
import { ChangeCaller, type RunResources } from './change-caller.js';
import { subjectOf, txStrategyOf, type ChangeExecutor, type ChangeOutcome } from './change-executor.js';
import { executionOf, failureFacts, type ChangeCall } from './change-call.js';
import { stopwatch } from './stopwatch.js';
import { transact } from './transact.js';

/**
 * Runs changes whose target is the audit store's own database: the change and its
 * entries commit together, so that either both are there or neither is.
 */
export class SharedTxExecutor implements ChangeExecutor {
  private readonly caller: ChangeCaller;

  constructor(
    private readonly run: RunResources,
    private readonly store: AuditStore,
  ) {
    this.caller = new ChangeCaller(run);
  }

  async execute(
    change: ChangeDescriptor,
    call = executionOf(change),
    next?: ChangeDescriptor,
  ): Promise<ChangeOutcome> {
    const { journal, runtime } = this.run;
    const subject = subjectOf(change, 'TX_SHARED');
    const elapsed = stopwatch(runtime);
    const started = this.caller.started(call);
    const followed = next?.target === change.target && txStrategyOf(next, this.store) === 'TX_SHARED';
    const run = { ...this.caller.identify(change, call), followed };
    const { outcome, batch, ...proof } = await this.commit(change, call, {
      run,
      subject,
      started,
      elapsed,
    });
    const durationMs = elapsed();
    if (batch && (await this.caller.isCommitted(change, outcome, batch))) {
      journal.advanceTo(batch);
      return { status: 'executed', ...proof, durationMs };
    }
    const failed = await this.recordFailure(subject, call, outcome, { ...started, durationMs });
    return { ...failed, ...proof };
  }

  private async commit(
    change: ChangeDescriptor,
    call: ChangeCall,
    {
      run,
      subject,
      started,
      elapsed,
    }: { run: ChangeRun; subject: ChangeFacts; started: AuditFact; elapsed: () => number },
  ) {
    const { journal, lease } = this.run;
    const { lock } = this.store;
    const target = change.target as TransactionalTargetSystem;
    let batch: AuditBatch | undefined;
    // Before the transaction, which may keep this holder itself from asking for its lock.
    await lease.whenHeld();
    const work = async (handles: Handles, tx: Transaction): Promise<void> => {
      if (lock.isHeldBy?.(tx)) lease.suspend();
      await this.caller.callInTransaction(change, call, handles);
      const { state } = call.done;
      const ended: AuditFact = { ...started, state, at: journal.now(), durationMs: elapsed() };
      batch = journal.draft(subject, started, ended);
      await this.store.append(batch, tx);
    };
    const transacted = await this.caller.inTarget(change, () => transact(target, run, work));
    await lease.resume();
    return { ...transacted, batch };
  }

  private async recordFailure(
    subject: ChangeFacts,
    call: ChangeCall,
    outcome: TransactionOutcome,
    { durationMs, ...started }: AuditFact & { durationMs: number },
  ): Promise<ChangeOutcome> {
    const error = outcome.status === 'committed' ? undefined : outcome.error;
    this.caller.assertNotFenced(error);
    const isRestored = outcome.status !== 'partly-applied';
    const failure = { at: this.run.journal.now(), durationMs, error };
    const facts = failureFacts(call, started, failure, isRestored);
    const { state, effect } = isRestored ? call.rolledBack : call.failed;
    await this.caller.recordAfter(subject, effect, ...facts);
    return { status: 'failed', state, error, durationMs };
  }
}
