import type { AuditRecord } from '../audit/audit-entry.js';
import { writeMetadata } from '../audit/entry-metadata.js';
import type { RecordedStep, RecordedSteps } from '../audit/step-records.js';
import type { StepOptions } from '../change/change-step.js';
import { A_NAME, isName } from '../change/names.js';
import { shown } from '../errors/option-names.js';
import { currentChange } from '../lock/change-scope.js';
import { ChangeEndedError } from '../lock/change-scope.errors.js';
import { insideStep, type StepScope } from '../lock/step-scope.js';
import type { Activity } from '../reporting/activity.js';
import { askStep } from './ask-step.js';
import type { StepLog } from './step-log.js';
import { stepResult } from './step-result.js';
import { DuplicateStepError, InvalidStepError, StepOverlapError, UnsettledStepError } from './step.errors.js';

/** How steps are met that earlier runs have left. */
export interface StepsLeft {
  /** True where a step may have begun that is not recorded. */
  readonly mayHaveBegun: boolean;
  /** True where one that may be there in part is left to a person unless its `verify` can tell. */
  readonly areAsked: boolean;
}

type Options = StepOptions<unknown>;

/** The steps of one call of a change's `@Execution` method. */
export class Steps {
  private readonly options = new Map<string, Options>();
  private running: { readonly name: string; readonly done: Promise<unknown> } | undefined;
  /** The step whose work or `verify` was called last, as long as its completion is not recorded. */
  private doing: string | undefined;
  private failure: { readonly error: unknown } | undefined;
  private isClosed = false;
  private mayHaveBegun: boolean;

  /** `begin`: called before anything that this call has to answer for; safe to repeat. */
  constructor(
    private readonly changeId: string,
    private readonly log: StepLog,
    private readonly left: StepsLeft,
    private readonly begin: () => Promise<unknown>,
    private readonly activity: Pick<Activity, 'during'>,
  ) {
    this.mayHaveBegun = left.mayHaveBegun;
  }

  /** `undefined` where the change has called no step. */
  get recorded(): RecordedSteps | undefined {
    return this.log.recorded;
  }

  /** The step that may be there in part; empty where it is not known which. */
  get inFlight(): string | undefined {
    return this.doing ?? (this.mayHaveBegun ? '' : undefined);
  }

  /** True where all that was begun was taken back. */
  get areAllUndone(): boolean {
    const { recorded, inFlight } = this;
    return inFlight === undefined && (recorded?.steps ?? []).every(({ state }) => state === 'undone');
  }

  /** Why it could not go on from the steps that earlier runs have left. */
  get unsettled(): UnsettledStepError | undefined {
    const error = this.failure?.error;
    return error instanceof UnsettledStepError ? error : undefined;
  }

  /** What an entry that ends the call says of its steps. */
  metadata(hasFailed: boolean): AuditRecord['metadata'] {
    const { recorded, inFlight } = this;
    if (!recorded) return {};
    const steps = writeMetadata({ steps: recorded.execution });
    if (!hasFailed || inFlight === undefined) return steps;
    const canTell = this.doing === undefined || this.options.get(this.doing)?.verify !== undefined;
    return { ...steps, ...writeMetadata({ inFlight, ...(!canTell && { verdict: 'unknown' }) }) };
  }

  /** Does a step, or gives the result that it had. `signal`: that of the call. */
  async run<T>(
    signal: AbortSignal,
    name: string,
    work: () => T | Promise<T>,
    options: StepOptions<T> = {},
  ): Promise<T> {
    try {
      this.admit(name, work, options as Options, signal);
      const result = this.perform(name, work, options);
      const done = result.catch(() => undefined).then(() => (this.running = undefined));
      this.running = { name, done };
      return await result.finally(() => done);
    } catch (error) {
      this.failure ??= { error };
      throw error;
    }
  }

  /**
   * Calls the method, and waits until no step is running any more.
   *
   * @throws what it throws, or what a step has failed with, also where the method has caught that.
   */
  async around(method: () => Promise<void>): Promise<void> {
    await method().finally(() => this.idle());
    if (this.failure) throw this.failure.error;
  }

  /** The call has ended: no step begins any more, and none that still runs is recorded. */
  close(): void {
    this.isClosed = true;
  }

  /** True while a step may be there in part that this call has begun. */
  get isInMiddle(): boolean {
    return this.doing !== undefined;
  }

  /** Records that the rollback method is about to be called: from then on nobody knows what is left of the steps. */
  async beforeRollback(): Promise<void> {
    if (this.recorded) await this.log.rollBack();
  }

  /**
   * Takes completed steps back that have an `undo`, the last one first. The one that failed is asked whether it is there.
   *
   * @throws what an `undo` throws; the steps before it stay.
   */
  async takeBack(): Promise<void> {
    await this.settleFailed();
    for (const step of [...(this.recorded?.steps ?? [])].reverse()) {
      const undo = this.options.get(step.name)?.undo;
      if (!undo || step.state !== undefined) continue;
      const taken = { ...step, undone: (step.undone ?? 0) + 1 };
      await this.log.put({ ...taken, state: 'undoing' });
      await this.during('undo', step, async () => undo(step.result));
      this.log.note({ ...taken, state: 'undone' });
    }
    await this.log.flush();
  }

  /** Calls a function of a step, and tells those who wait, and the target system, which it is. */
  private during<T>(
    calls: StepScope['calls'],
    { name, undone = 0 }: RecordedStep,
    work: () => Promise<T>,
  ): Promise<T> {
    const what = calls === 'work' ? `its step "${name}"` : `the ${calls} of its step "${name}"`;
    return this.activity.during(what, () => insideStep({ name, calls, undone }, work));
  }

  private async idle(): Promise<void> {
    const { running, changeId } = this;
    if (!running) return;
    await running.done;
    this.failure ??= { error: new StepOverlapError(changeId, running.name) };
  }

  private admit(name: string, work: unknown, options: Options, signal: AbortSignal): void {
    const { changeId } = this;
    if (this.isClosed) {
      currentChange()?.late(`its step ${shown(name)}`);
      throw new ChangeEndedError(changeId);
    }
    if (this.failure) throw this.failure.error;
    const fault = stepFault(name, work, options);
    if (fault !== undefined) throw new InvalidStepError(changeId, fault);
    if (this.running) throw new StepOverlapError(changeId, this.running.name, name);
    if (this.options.has(name)) throw new DuplicateStepError(changeId, name);
    signal.throwIfAborted();
    this.options.set(name, options);
  }

  private async perform<T>(name: string, work: () => T | Promise<T>, options: StepOptions<T>): Promise<T> {
    const known = this.log.find(name);
    if (known && known.state === undefined) return known.result as T;
    const found = this.isInDoubt(known) ? await this.settle(name, options as Options, known) : undefined;
    if (found) return found.result as T;
    await this.begin();
    await this.log.begin();
    this.doing = name;
    const returned = await this.during('work', { name, ...known }, async () => work());
    const result = stepResult(this.changeId, name, returned);
    await this.complete(name, result);
    return result;
  }

  private async complete(name: string, result: unknown): Promise<void> {
    if (this.isClosed) throw new ChangeEndedError(this.changeId);
    const undone = this.log.find(name)?.undone;
    await this.log.put({ name, ...(result !== undefined && { result }), ...(undone && { undone }) });
    this.doing = undefined;
  }

  /** One of which nothing is recorded may have begun, unless one was settled after all that are recorded. */
  private isInDoubt(known: RecordedStep | undefined): boolean {
    return known ? known.state === 'undoing' : this.mayHaveBegun;
  }

  /** What a step has come to that may have begun; `undefined` where it is to be run. */
  private async settle(
    name: string,
    { verify }: Options,
    known: RecordedStep | undefined,
  ): Promise<{ readonly result: unknown } | undefined> {
    this.doing = name;
    const ask = (of: NonNullable<typeof verify>) => () => askStep(this.changeId, name, of);
    const answer = verify && (await this.during('verify', { name, ...known }, ask(verify)));
    const isSettled = answer?.verdict === 'applied' || answer?.verdict === 'not-applied';
    if (!isSettled && this.left.areAsked) {
      const options = answer?.error === undefined ? {} : { cause: answer.error };
      throw new UnsettledStepError(this.changeId, name, answer?.verdict, options);
    }
    await this.begin();
    const recorded = this.recorded?.steps ?? [];
    if (!known) this.mayHaveBegun = !recorded.every((step) => this.options.has(step.name));
    if (answer?.verdict !== 'applied') return undefined;
    const result = answer.result ?? known?.result;
    await this.complete(name, result);
    return { result };
  }

  private async settleFailed(): Promise<void> {
    const name = this.doing;
    const verify = name === undefined ? undefined : this.options.get(name)?.verify;
    if (name === undefined || !verify) return;
    const known = { name, ...this.log.find(name) };
    const ask = () => askStep(this.changeId, name, verify);
    const { verdict, result = known.result } = await this.during('verify', known, ask);
    if (verdict === 'applied') await this.complete(name, result);
    if (verdict === 'not-applied') await this.log.put({ ...known, state: 'undone' });
    if (verdict === 'not-applied') this.doing = undefined;
  }
}

function stepFault(name: unknown, work: unknown, options: unknown): string | undefined {
  if (!isName(name)) return `is called ${shown(name)}. Its name must be ${A_NAME}.`;
  if (typeof work !== 'function')
    return `("${name}") is given ${shown(work)} as its work. Write a function that does it.`;
  if (typeof options !== 'object' || options === null)
    return `("${name}") is given ${shown(options)} as its options. Write { undo, verify }.`;
  for (const [option, value] of Object.entries(options)) {
    if (option !== 'undo' && option !== 'verify')
      return `("${name}") has no option "${option}"; there are undo, verify.`;
    if (value !== undefined && typeof value !== 'function')
      return `("${name}") is given ${shown(value)} as its ${option}. Write a function.`;
  }
  return undefined;
}
