import { PARTLY } from '../audit/audit-entry.js';
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
import { PartlyAppliedError } from './executor.errors.js';
import { executionOf, type Intent } from './intent.js';
import { claimedBy } from '../recovery/lost-writes.js';
import { stopwatch } from './stopwatch.js';
import { fencedOut } from './target-claims.js';
import { transact } from './transact.js';

type KnownOutcome = Exclude<TransactionOutcome, { status: 'unknown' }>;

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
    const { journal, runtime } = this.run;
    const subject = subjectOf(change, 'TX_SEPARATE');
    const target = change.target as TransactionalTargetSystem;
    const elapsed = stopwatch(runtime);
    const metadata = { ...intent.metadata, ...claimedBy(this.run.lease.token) };
    const started = this.step.started({ ...intent, metadata });
    await this.step.recordBefore(subject, started);
    if (this.run.signal.aborted) return this.step.recordUnbegun(subject, intent, started);
    const { outcome, ...proof } = await this.commit(change, intent, target);
    const ended = { ...started, durationMs: elapsed() };
    const known = await this.learn(outcome, change, target);
    if (known.status === 'committed') {
      const { state, effect } = intent.done;
      await this.step.recordAfter(subject, effect, { ...ended, state, at: journal.now() });
      return { status: 'executed', ...proof, durationMs: ended.durationMs };
    }
    const failed = await this.recordFailure(subject, intent, known, { ...ended, at: journal.now() });
    return { ...failed, ...proof };
  }

  private commit(change: ChangeDescriptor, intent: Intent, target: TransactionalTargetSystem) {
    const run = this.step.identify(change, intent);
    const marker: Marker = { ...run, ...this.run.lease.hold };
    return this.step.inTarget(change, () =>
      transact(target, run, (handles) => this.step.callInTransaction(change, intent, handles), marker),
    );
  }

  /** The outcome, asked for in the target if the answer was lost. */
  private async learn(
    outcome: TransactionOutcome,
    change: ChangeDescriptor,
    target: TransactionalTargetSystem,
  ): Promise<KnownOutcome> {
    const { journal, lease, patience } = this.run;
    const { markers } = target;
    if (outcome.status === 'committed') return outcome;
    const { error } = outcome;
    if (error instanceof FencedError) throw await fencedOut(this.run, target, error);
    if (outcome.status !== 'unknown') return outcome;
    const marker = await this.step.learnOutcome(change, () =>
      patience.insist(() => markers.read(lease.hold, change.id)),
    );
    if (marker?.executionId !== journal.executionId) return { status: 'rolled-back', error };
    if (marker.partial === undefined) return { status: 'committed' };
    return {
      status: 'partly-applied',
      error: new PartlyAppliedError(change.id, marker.partial),
      proven: true,
    };
  }

  private async recordFailure(
    subject: AuditSubject,
    { failed, restored }: Intent,
    outcome: Exclude<KnownOutcome, { status: 'committed' }>,
    ended: AuditStep & { durationMs: number },
  ): Promise<ChangeOutcome> {
    const { error } = outcome;
    const { durationMs } = ended;
    const failure: AuditStep = { ...ended, state: failed.state, error };
    if (outcome.status === 'rolled-back') {
      const rollback: AuditStep = { ...ended, state: restored.state, durationMs: 0 };
      await this.step.recordAfter(subject, restored.effect, failure, rollback);
      return { status: 'failed', state: restored.state, error, durationMs };
    }
    if (outcome.proven) {
      const metadata = { ...ended.metadata, ...PARTLY };
      await this.step.recordAfter(subject, failed.effect, { ...failure, metadata });
      return { status: 'failed', state: failed.state, error, isPartly: true, durationMs };
    }
    // Not EXECUTION_FAILED, which would have a marker decide: there is none.
    const state = 'ROLLBACK_FAILED';
    const steps: [AuditStep, ...AuditStep[]] = [failure];
    if (state !== failed.state) steps.push({ ...failure, state, durationMs: 0 });
    await this.step.recordAfter(subject, failed.effect, ...steps);
    return { status: 'failed', state, error, durationMs };
  }
}
