import { PARTIAL_EFFECT } from '../audit/entry-metadata.js';
import type { AuditFact, ChangeFacts } from '../audit/audit-journal.js';
import type { ChangeDescriptor } from '../change/change-descriptor.js';
import { FencedError } from '../lock/lock.errors.js';
import type {
  Marker,
  TransactionalTargetSystem,
  TransactionOutcome,
} from '../target-system/target-system.js';
import { ChangeCaller, type RunResources } from './change-caller.js';
import { subjectOf, type ChangeExecutor, type ChangeOutcome } from './change-executor.js';
import { PartlyAppliedError } from './executor.errors.js';
import { executionOf, type ChangeCall } from './change-call.js';
import { claimedBy } from '../recovery/lost-writes.js';
import { stopwatch } from './stopwatch.js';
import { fencedOut } from './target-claims.js';
import { transact } from './transact.js';

type KnownOutcome = Exclude<TransactionOutcome, { status: 'unknown' }>;

/**
 * Runs changes whose target has transactions apart from the audit store's: STARTED is durable first, the
 * target commits the change with a marker, and EXECUTED follows. The engine that finds STARTED
 * without an end reads the marker.
 */
export class SeparateTxExecutor implements ChangeExecutor {
  private readonly caller: ChangeCaller;

  constructor(private readonly run: RunResources) {
    this.caller = new ChangeCaller(run);
  }

  async execute(change: ChangeDescriptor, call = executionOf(change)): Promise<ChangeOutcome> {
    const { journal, runtime } = this.run;
    const subject = subjectOf(change, 'TX_SEPARATE');
    const target = change.target as TransactionalTargetSystem;
    const elapsed = stopwatch(runtime);
    const metadata = { ...call.metadata, ...claimedBy(this.run.lease.token) };
    const started = this.caller.started({ ...call, metadata });
    await this.caller.recordBefore(subject, started);
    if (this.run.signal.aborted) return this.caller.recordUnbegun(subject, call, started);
    const { outcome, ...proof } = await this.commit(change, call, target);
    const ended = { ...started, durationMs: elapsed() };
    const known = await this.learn(outcome, change, call, target);
    if (known.status === 'committed') {
      const { state, effect } = call.done;
      await this.caller.recordAfter(subject, effect, { ...ended, state, at: journal.now() });
      return { status: 'executed', ...proof, durationMs: ended.durationMs };
    }
    const failed = await this.recordFailure(subject, call, known, { ...ended, at: journal.now() });
    return { ...failed, ...proof };
  }

  private commit(change: ChangeDescriptor, call: ChangeCall, target: TransactionalTargetSystem) {
    const run = this.caller.identify(change, call);
    const marker: Marker = { ...run, ...this.run.lease.hold };
    return this.caller.inTarget(change, () =>
      transact(target, run, (handles) => this.caller.callInTransaction(change, call, handles), marker),
    );
  }

  /** The outcome, asked for in the target if the answer was lost. */
  private async learn(
    outcome: TransactionOutcome,
    change: ChangeDescriptor,
    { operation }: ChangeCall,
    target: TransactionalTargetSystem,
  ): Promise<KnownOutcome> {
    const { journal, lease, retry } = this.run;
    const { markers } = target;
    if (outcome.status === 'committed') return outcome;
    const { error } = outcome;
    if (error instanceof FencedError) throw await fencedOut(this.run, target, error);
    if (outcome.status !== 'unknown') return outcome;
    const marker = await this.caller.learnOutcome(change, () =>
      retry.run(target, () => markers.read(lease.hold, change.id)),
    );
    // One run may undo a change and execute it again: the marker of the one proves nothing about the other.
    const isOurs = marker?.executionId === journal.executionId && marker.operation === operation;
    if (!isOurs) return { status: 'rolled-back', error };
    if (marker.partial === undefined) return { status: 'committed' };
    return {
      status: 'partly-applied',
      error: new PartlyAppliedError(change.id, marker.partial),
      proven: true,
    };
  }

  private async recordFailure(
    subject: ChangeFacts,
    { failed, rolledBack }: ChangeCall,
    outcome: Exclude<KnownOutcome, { status: 'committed' }>,
    ended: AuditFact & { durationMs: number },
  ): Promise<ChangeOutcome> {
    const { error } = outcome;
    const { durationMs } = ended;
    const failure: AuditFact = { ...ended, state: failed.state, error };
    if (outcome.status === 'rolled-back') {
      const rollback: AuditFact = { ...ended, state: rolledBack.state, durationMs: 0 };
      await this.caller.recordAfter(subject, rolledBack.effect, failure, rollback);
      return { status: 'failed', state: rolledBack.state, error, durationMs };
    }
    if (outcome.proven) {
      const metadata = { ...ended.metadata, ...PARTIAL_EFFECT };
      await this.caller.recordAfter(subject, failed.effect, { ...failure, metadata });
      return { status: 'failed', state: failed.state, error, hasPartialEffect: true, durationMs };
    }
    // Not EXECUTION_FAILED, which would have a marker decide: there is none.
    const state = 'ROLLBACK_FAILED';
    const facts: [AuditFact, ...AuditFact[]] = [failure];
    if (state !== failed.state) facts.push({ ...failure, state, durationMs: 0 });
    await this.caller.recordAfter(subject, failed.effect, ...facts);
    return { status: 'failed', state, error, durationMs };
  }
}
