import type { AuditEntry } from '../audit/audit-entry.js';
import type { AuditFact, ChangeFacts } from '../audit/audit-journal.js';
import type { AuditStore } from '../audit/audit-store.js';
import { notRepeated } from '../audit/change-origin.js';
import { readMetadata, writeMetadata } from '../audit/entry-metadata.js';
import type { ChangeDescriptor } from '../change/change-descriptor.js';
import { decide } from '../recovery/recovery-decision.js';
import { stepBegun, stepInDoubt } from '../recovery/step-decision.js';
import type { Attempt } from './attempt.js';
import { boundedCall } from './bounded-call.js';
import type { ChangeCall } from './change-call.js';
import type { ChangeCaller, RunResources } from './change-caller.js';
import { subjectOf, type ChangeOutcome } from './change-executor.js';
import { RollbackFailedError } from './executor.errors.js';
import { noSteps, type StepAccess } from './step-access.js';
import { completedOf, StepLog } from './step-log.js';
import { UnsettledStepError } from './step.errors.js';
import { Steps } from './steps.js';
import { stopwatch } from './stopwatch.js';

type Failure = Exclude<Attempt, { readonly status: 'done' }>;
type Failed = ChangeOutcome & { readonly status: 'failed' };
type Compensation = Pick<Failed, 'rollbackError'> & { readonly state: 'ROLLED_BACK' | 'ROLLBACK_FAILED' };

/**
 * One execution of a change that no transaction protects. STARTED is durable before the change runs; after a failure its
 * steps are taken back, and then its own rollback method takes back the rest. One that was never called, because its
 * target could not be used, has nothing to take back.
 *
 * Where a step may be there in part and only its `verify` can tell, STARTED waits for what that says: as long as a person
 * may have to look, the history says so already.
 */
export class NonTxExecution {
  private readonly subject: ChangeFacts;
  private readonly elapsed: () => number;
  private begun: Promise<AuditEntry> | undefined;
  private failing: Promise<void> | undefined;
  /** Of the entry that records the failure. */
  private failed: AuditFact['metadata'];
  private takenBack: Attempt | undefined;
  /** See `ChangeRun.origin`. */
  private origin = '';

  constructor(
    private readonly run: RunResources,
    private readonly store: AuditStore,
    private readonly caller: ChangeCaller,
    private readonly change: ChangeDescriptor,
    private readonly call: ChangeCall,
  ) {
    this.subject = subjectOf(change, 'NON_TX');
    this.elapsed = stopwatch(run.runtime);
  }

  async execute(): Promise<ChangeOutcome> {
    const { caller, change, call } = this;
    const steps = await this.openSteps();
    if (this.run.signal.aborted) return this.unbegun(steps, this.run.signal.reason);
    const { origin } = this;
    const result = await caller.callGuarded(change, { ...call, origin }, this.accessTo(steps));
    steps.close();
    await this.failing;
    if (result.status === 'done') return this.done(steps);
    if (steps.unsettled || !this.begun) return this.unsettled(steps, result);
    if (result.status === 'not-called') return this.unbegun(steps, result.error);
    if (!this.failing) await this.recordFailed(steps, result.error);
    const compensation = result.status === 'threw' ? await this.compensate(steps, result.error) : undefined;
    return this.failedBy(steps, result.error, compensation);
  }

  private async openSteps(): Promise<Steps> {
    const { run, store, change, call } = this;
    const { from } = call;
    const isLeft = from !== undefined && stepInDoubt(from.entry, from.steps) !== undefined;
    const areAsked =
      from !== undefined && decide(from.entry, change.recovery).action === 'MANUAL_INTERVENTION';
    const execution = isLeft && areAsked ? from.steps.execution : (await this.begin()).hash;
    this.origin = readMetadata(call).origin ?? execution;
    const log = new StepLog(run, store, change.id, from?.steps.execution ?? execution, from?.steps);
    const mayHaveBegun = from !== undefined && stepBegun(from.entry, from.steps) !== undefined;
    return new Steps(change.id, log, { mayHaveBegun, areAsked }, () => this.begin(), run.activity);
  }

  private begin(): Promise<AuditEntry> {
    this.begun ??= this.caller.recordBefore(this.subject, this.caller.started(this.call));
    return this.begun;
  }

  private accessTo(steps: Steps): StepAccess {
    const afterFailure = (error: unknown): Promise<void> => {
      this.failing = this.fail(steps, error);
      return this.failing.catch(() => undefined);
    };
    return {
      within: (signal) => (name, work, options) => steps.run(signal, name, work, options),
      completed: () => completedOf(steps.recorded),
      around: (method) => steps.around(method),
      compensation: () => (steps.recorded && this.begun && !steps.unsettled ? afterFailure : undefined),
    };
  }

  /** Told to stop between two steps, it takes nothing back: the next run goes on from there. */
  private async fail(steps: Steps, error: unknown): Promise<void> {
    await this.recordFailed(steps, error);
    if (this.isResting(steps)) return;
    const access = noSteps(this.change.id, 'its undo');
    this.takenBack = await boundedCall(this.run, this.change, access, () => steps.takeBack());
  }

  private isResting(steps: Steps): boolean {
    return this.run.signal.aborted && steps.recorded !== undefined && !this.takenBack && !steps.isInMiddle;
  }

  private async done(steps: Steps): Promise<ChangeOutcome> {
    const started = this.caller.started(this.call);
    const durationMs = this.elapsed();
    const executed = { ...started, ...this.ended(steps, false), durationMs, state: 'EXECUTED' } as const;
    const facts: [AuditFact, ...AuditFact[]] = this.begun ? [executed] : [started, executed];
    await this.caller.recordAfter(this.subject, 'executed', ...facts);
    return { status: 'executed', durationMs };
  }

  /** Nothing of it ran here; what earlier runs have left of it is as it was. */
  private async unbegun(steps: Steps, error: unknown): Promise<ChangeOutcome> {
    const { caller, subject, call } = this;
    if (!call.from) return caller.recordUnbegun(subject, call, caller.started(call), error);
    if (!this.begun) return this.unsettled(steps, { status: 'not-called', error });
    await this.run.lease.whenHeld();
    await this.recordFailed(steps, error);
    return this.failedBy(steps, error, undefined);
  }

  /** Leaves it to a person. What has been said already is not recorded again. */
  private async unsettled(steps: Steps, { error }: Failure): Promise<ChangeOutcome> {
    this.run.signal.throwIfAborted();
    const { change, call, subject } = this;
    const cause =
      steps.unsettled ?? new UnsettledStepError(change.id, steps.inFlight ?? '', 'unknown', { cause: error });
    const { step: inFlight, verdict = 'unknown' } = cause;
    const known = call.from && readMetadata(call.from.entry);
    const metadata = { ...call.metadata, ...writeMetadata({ inFlight, verdict }) };
    const state = call.from?.entry.state === 'ROLLBACK_FAILED' ? 'ROLLBACK_FAILED' : 'EXECUTION_FAILED';
    const fact = {
      state,
      operation: 'RECONCILE',
      error: cause,
      metadata,
      at: this.run.journal.now(),
    } as const;
    const isKnown = !this.begun && known?.inFlight === inFlight && known.verdict === verdict;
    const entry =
      isKnown && call.from ? call.from.entry : await this.caller.recordAfter(subject, 'failed', fact);
    return { ...this.failedBy(steps, cause, undefined), state, unsettled: entry };
  }

  private async recordFailed(steps: Steps, error: unknown): Promise<void> {
    const { caller, call, subject } = this;
    const { state, effect } = call.failed;
    const ended = { ...caller.started(call), ...this.ended(steps, true), durationMs: this.elapsed() };
    const isKept = !this.change.rollback && !steps.recorded;
    const origin = isKept ? writeMetadata({ origin: this.origin }) : {};
    this.failed = { ...notRepeated(ended.metadata), ...origin };
    const fact = { ...ended, metadata: this.failed, state, error };
    // What takes it back is the first of its kind, and nothing that it does was done before.
    this.origin = (await caller.recordAfter(subject, effect, fact)).hash;
  }

  /** Never while the change may still be at work: the two would race. */
  private async compensate(steps: Steps, error: unknown): Promise<Compensation | undefined> {
    const { takenBack, change, call, subject } = this;
    if (this.isResting(steps)) return undefined;
    const elapsed = stopwatch(this.run.runtime);
    if (takenBack && takenBack.status !== 'done')
      return this.rollbackFailed(steps, error, takenBack.error, { methodName: call.method.name });
    const { rollback } = change;
    if (!rollback && !(steps.recorded && steps.areAllUndone)) return undefined;
    const access = noSteps(change.id, 'its rollback method', completedOf(steps.recorded));
    const around: StepAccess['around'] = (method) => steps.beforeRollback().then(method);
    const result: Attempt = rollback
      ? await this.caller.callGuarded(
          change,
          { operation: 'EXECUTE', method: rollback, origin: this.origin },
          { ...access, around },
        )
      : { status: 'done' };
    const ended = { methodName: (rollback ?? call.method).name, durationMs: elapsed() };
    if (result.status !== 'done') return this.rollbackFailed(steps, error, result.error, ended);
    const { steps: _, ...metadata } = notRepeated(call.metadata);
    const fact = { ...ended, at: this.run.journal.now(), metadata, state: 'ROLLED_BACK' } as const;
    await this.caller.recordAfter(subject, 'rolled-back', fact);
    return { state: 'ROLLED_BACK' };
  }

  private async rollbackFailed(
    steps: Steps,
    executionError: unknown,
    rollbackError: unknown,
    fact: Partial<AuditFact>,
  ): Promise<Compensation> {
    const error = new RollbackFailedError(this.change.id, executionError, rollbackError);
    const metadata = { ...this.call.metadata, ...steps.metadata(true) };
    const ended = { ...fact, at: this.run.journal.now(), metadata };
    const state = 'ROLLBACK_FAILED';
    await this.caller.recordAfter(this.subject, 'failed', { ...ended, state, error });
    return { state, rollbackError };
  }

  private ended(steps: Steps, hasFailed: boolean): Required<Pick<AuditFact, 'at' | 'metadata'>> {
    const metadata = { ...this.call.metadata, ...steps.metadata(hasFailed) };
    return { at: this.run.journal.now(), metadata };
  }

  private failedBy(steps: Steps, error: unknown, compensation: Compensation | undefined): Failed {
    const { recorded } = steps;
    const isOpen = recorded && !recorded.isRolledBack && compensation?.state !== 'ROLLED_BACK';
    const metadata = compensation ? steps.metadata(true) : (this.failed ?? {});
    return {
      status: 'failed',
      state: this.call.failed.state,
      error,
      durationMs: this.elapsed(),
      ...compensation,
      ...(isOpen && { left: { steps: recorded, metadata } }),
    };
  }
}
