import type { AuditEntry, AuditRecord } from '../audit/audit-entry.js';
import type { AuditBatch } from '../audit/audit-store.js';
import type { AuditJournal, AuditFact, ChangeFacts } from '../audit/audit-journal.js';
import type { AuditSnapshot } from '../audit/audit-snapshot.js';
import {
  ChangeOutcomeUnknownError,
  ChangeUnrecordedError,
  type ChangeEffect,
} from '../audit/audit.errors.js';
import type { ChangeDescriptor, ChangeMethod, Invocation } from '../change/change-descriptor.js';
import { currentChange } from '../lock/change-scope.js';
import { createGuard } from '../lock/lock-guard.js';
import type { Lease } from '../lock/lease.js';
import { FencedError, LockLostError } from '../lock/lock.errors.js';
import type { LeaseBoundRetry } from '../lock/lease-bound-retry.js';
import type { Verdict } from '../recovery/verdict.js';
import type { Activity } from '../reporting/activity.js';
import type { Runtime } from '../runtime/runtime.js';
import type { ChangeRun, Handles, TransactionOutcome } from '../target-system/target-system.js';
import type { Attempt } from './attempt.js';
import { boundedCall } from './bounded-call.js';
import type { ChangeOutcome } from './change-executor.js';
import { ChangeEndedError } from '../lock/change-scope.errors.js';
import { unusable } from '../target-system/target-system.errors.js';
import { askVerdict, assertVerified } from './ask-verdict.js';
import type { ChangeCall } from './change-call.js';
import type { FailureDiagnosis } from './failure-diagnosis.js';
import type { Inquiry } from './inquiry.js';
import { noSteps, type StepAccess } from './step-access.js';

/** Everything that one run lends to its executors. */
export interface RunResources {
  readonly journal: AuditJournal;
  /** History as it was once all other holders were shut out. */
  readonly snapshot: AuditSnapshot;
  readonly lease: Lease;
  readonly retry: LeaseBoundRetry;
  readonly runtime: Runtime;
  readonly activity: Activity;
  readonly diagnosis: FailureDiagnosis;
  /** Aborts when the lock is lost, the run's time is up, or the application shuts down. */
  readonly signal: AbortSignal;
  /** Milliseconds that a method has unless its change says otherwise; `undefined`: no bound. */
  readonly changeTimeoutMs: number | undefined;
  /** Milliseconds that a method gets to end by itself after its signal has aborted. */
  readonly graceMs: number;
  /** Metadata of the begin of every method. */
  readonly notes: AuditRecord['metadata'];
}

/** The steps that all executors share: call a method within bounds, record what happened. */
export class ChangeCaller {
  constructor(private readonly run: RunResources) {}

  /** Names this run of the change to its target system. */
  identify({ id, lockTimeoutMs }: ChangeDescriptor, { operation }: Pick<ChangeRun, 'operation'>): ChangeRun {
    const { service, executionId } = this.run.journal;
    return { service, executionId, changeId: id, operation, ...(lockTimeoutMs && { lockTimeoutMs }) };
  }

  /** The entry that says that a method is about to run. */
  started({ operation, method, metadata }: ChangeCall): AuditFact & { readonly methodName: string } {
    const { journal, notes } = this.run;
    const noted = { ...metadata, ...notes };
    return { state: 'STARTED', operation, at: journal.now(), methodName: method.name, metadata: noted };
  }

  /** Calls a method outside any transaction: its parameters check the lock before each call. */
  callGuarded(
    change: ChangeDescriptor,
    { operation, method, origin }: Pick<ChangeCall, 'operation' | 'method'> & Pick<ChangeRun, 'origin'>,
    steps = noSteps(change.id, 'its rollback method'),
  ): Promise<Attempt> {
    const work = (invocation: Invocation) => this.invoke(change, method, invocation, steps);
    return this.guarded(change, { operation, ...(origin !== undefined && { origin }) }, work, steps);
  }

  /**
   * Asks a change's `@Verify()` what is in its target system, outside any transaction. One that fails, or does not
   * answer in time, does not know.
   *
   * @throws the reason of the run's signal where that aborts meanwhile.
   */
  async inquire(change: ChangeDescriptor): Promise<Inquiry> {
    let verdict: Verdict = 'unknown';
    const result = await this.guarded(
      change,
      { operation: 'RECONCILE', readOnly: true },
      async (invocation) => {
        verdict = await this.run.activity.during('its @Verify()', () => askVerdict(change, invocation));
      },
      noSteps(change.id, 'its @Verify()'),
    );
    this.run.signal.throwIfAborted();
    return result.status === 'done' ? { verdict } : { verdict: 'unknown', error: result.error };
  }

  private async guarded(
    change: ChangeDescriptor,
    kind: Pick<ChangeRun, 'operation' | 'readOnly' | 'origin'>,
    work: (invocation: Invocation) => Promise<void>,
    steps: StepAccess,
  ): Promise<Attempt> {
    const progress = { isCalled: false, hasEnded: false };
    const scope = currentChange();
    const check = (): void => {
      if (progress.hasEnded) {
        scope?.late('a call of one of its parameters');
        throw new ChangeEndedError(change.id);
      }
      this.run.lease.assertHeld();
    };
    const guard = createGuard(check, (value) => change.target.checks?.(value) ?? false);
    let leaving = Promise.resolve();
    const call = boundedCall(
      this.run,
      change,
      steps,
      (context, tellFailed) =>
        (leaving = this.inTarget(change, () =>
          change.target.run(
            { ...this.identify(change, kind), ...kind, signal: context.signal },
            async (handles) => {
              // The answer that lets the method run may come late: after a pause of this process, say.
              await this.run.lease.whenHeld();
              check();
              progress.isCalled = true;
              await work({ context, handles, guard }).catch(async (error: unknown) => {
                const compensate = steps.compensation?.();
                if (compensate && tellFailed(error)) await compensate(error);
                throw error;
              });
            },
            check,
          ),
        )),
    );
    const result = await call;
    if (result.status === 'threw') await leaving.catch(() => undefined);
    progress.hasEnded = true;
    if (progress.isCalled || result.status === 'done') return result;
    return { status: 'not-called', error: unusable(change.target.id, result.error) };
  }

  /** Calls a method inside the target's transaction; rejects with the error that ends the method. */
  async callInTransaction(change: ChangeDescriptor, { method }: ChangeCall, handles: Handles): Promise<void> {
    await this.run.lease.whenHeld();
    const steps = noSteps(change.id, 'a transaction');
    const result = await boundedCall(this.run, change, steps, (context) =>
      this.invoke(change, method, { context, handles, guard: (value) => value }, steps),
    );
    if (result.status !== 'done') throw result.error;
    await this.run.lease.whenHeld();
  }

  /** Does `work`, which waits for the target system of a change. */
  inTarget<T>({ target }: ChangeDescriptor, work: () => Promise<T>): Promise<T> {
    return this.run.activity.during(`target system "${target.id}"`, work);
  }

  /** Records what must be durable before anything runs. */
  async recordBefore(subject: ChangeFacts, fact: AuditFact): Promise<AuditEntry> {
    const entry = await this.append(subject, fact);
    const scope = currentChange();
    if (scope) scope.hasBegun = true;
    return entry;
  }

  /** Records that a started change did not begin: the run was told to stop meanwhile, or has no usable target. */
  async recordUnbegun(
    subject: ChangeFacts,
    { failed, rolledBack }: ChangeCall,
    started: AuditFact,
    error: unknown = this.run.signal.reason,
  ): Promise<ChangeOutcome> {
    await this.run.lease.whenHeld();
    const { state, effect } = rolledBack;
    const ended = { ...started, at: this.run.journal.now() };
    const failure = { ...ended, state: failed.state, error };
    const rollback = state === failed.state ? [] : [{ ...ended, state }];
    await this.recordAfter(subject, effect, failure, ...rollback);
    return { status: 'failed', state, error, isUnbegun: true, durationMs: 0 };
  }

  /** Records what has happened already; returns the last entry. */
  async recordAfter(
    subject: ChangeFacts,
    effect: ChangeEffect,
    ...facts: [AuditFact, ...AuditFact[]]
  ): Promise<AuditEntry> {
    try {
      return await this.append(subject, ...(await this.run.diagnosis.added(subject, facts)));
    } catch (cause) {
      throw cause instanceof LockLostError
        ? cause
        : new ChangeUnrecordedError(subject.changeId, effect, cause);
    }
  }

  /** Whether a transaction with these entries was committed; asked for where the answer was lost. */
  async isCommitted(
    change: ChangeDescriptor,
    outcome: TransactionOutcome,
    batch: AuditBatch,
  ): Promise<boolean> {
    if (outcome.status !== 'unknown') return outcome.status === 'committed';
    return this.learnOutcome(change, () => this.run.journal.isAppended(batch));
  }

  /** @throws LockLostError where that is why the entries of a transaction were refused. */
  assertNotFenced(error: unknown): void {
    if (error instanceof FencedError) throw this.run.lease.lose('its audit entries were refused', error);
  }

  /** Asks for the outcome of a commit whose answer was lost. */
  async learnOutcome<T>(change: ChangeDescriptor, ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (cause) {
      if (cause instanceof LockLostError) throw cause;
      if (cause instanceof FencedError) throw this.run.lease.lose('another instance took it over', cause);
      throw new ChangeOutcomeUnknownError(change.id, cause);
    }
  }

  private append(subject: ChangeFacts, ...facts: [AuditFact, ...AuditFact[]]): Promise<AuditEntry> {
    const { activity, journal } = this.run;
    return activity.during('the audit store', () => journal.append(subject, ...facts));
  }

  private async invoke(
    change: ChangeDescriptor,
    method: ChangeMethod,
    invocation: Invocation,
    steps: StepAccess,
  ): Promise<void> {
    const scope = currentChange();
    scope?.begin(method.name);
    try {
      await this.run.activity.during(`its method ${method.name}()`, () =>
        steps.around(() => method.invoke(invocation)),
      );
      scope?.assertNoStray();
      if (change.verification?.always) await assertVerified(change, method, invocation);
    } catch (error) {
      scope?.failing();
      throw error;
    }
  }
}
