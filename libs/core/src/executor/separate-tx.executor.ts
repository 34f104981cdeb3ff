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
import { executionOf, type Intent } from './intent.js';
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

  async execute(change: ChangeDescriptor, intent = executionOf(change)): Promise<ChangeOutcome> {
    const { journal, runtime, lease } = this.run;
    const subject = subjectOf(change, 'TX_SEPARATE');
    const target = change.target as TransactionalTargetSystem;
    const elapsed = stopwatch(runtime);
    const started = this.step.started(intent);
    await this.step.recordBefore(subject, started);
    const outcome = await this.commit(change, intent, target);
    const ended = { ...started, durationMs: elapsed() };
    if (await this.committed(outcome, change, target)) {
      const { state, effect } = intent.done;
      await this.step.recordAfter(subject, effect, { ...ended, state, at: journal.now() });
      return { status: 'executed', durationMs: ended.durationMs };
    }
    lease.assertHeld();
    return this.recordFailure(subject, intent, outcome, { ...ended, at: journal.now() });
  }

  private commit(
    change: ChangeDescriptor,
    intent: Intent,
    target: TransactionalTargetSystem,
  ): Promise<TransactionOutcome> {
    const run = this.step.identify(change, intent);
    const marker: Marker = { ...run, token: this.run.lease.token };
    return transact(target, run, (handles) => this.step.callInTransaction(change, intent, handles), marker);
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
    { failed, restored }: Intent,
    outcome: TransactionOutcome,
    ended: AuditStep & { durationMs: number },
  ): Promise<ChangeOutcome> {
    const error = outcome.status === 'committed' ? undefined : outcome.error;
    const partly = outcome.status === 'partly-applied';
    // Not EXECUTION_FAILED, which would have the marker decide: it is as incomplete as the rest.
    const state = partly ? 'ROLLBACK_FAILED' : restored.state;
    const steps: [AuditStep, ...AuditStep[]] = [{ ...ended, state: failed.state, error }];
    if (state !== failed.state) steps.push({ ...ended, state, durationMs: 0, ...(partly && { error }) });
    await this.step.recordAfter(subject, (partly ? failed : restored).effect, ...steps);
    return { status: 'failed', state, error, durationMs: ended.durationMs };
  }
}
