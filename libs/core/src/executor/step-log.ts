import type { AuditStore } from '../audit/audit-store.js';
import {
  readSteps,
  stepsKey,
  stepsText,
  type RecordedStep,
  type RecordedSteps,
  type StoredSteps,
} from '../audit/step-records.js';
import type { CompletedStep } from '../change/change-step.js';
import { FencedError } from '../lock/lock.errors.js';
import { detached } from '../runtime/async-frames.js';
import { assertStepsFit } from './step-result.js';
import type { RunResources } from './change-caller.js';

/**
 * The record of one execution's steps, which only the holder of the lock can write. Each write is durable once it resolves,
 * and is tried again for as long as lease and time-out last.
 *
 * @throws LockLostError when another holder has taken over; the store's error otherwise.
 */
export class StepLog {
  private steps: readonly RecordedStep[];
  private isRolledBack: boolean;
  private version: number;
  private isBegun: boolean;
  private isNoted = false;

  /** `stored`: those that the execution goes on from. */
  constructor(
    private readonly run: RunResources,
    private readonly store: AuditStore,
    private readonly changeId: string,
    private readonly execution: string,
    stored?: StoredSteps,
  ) {
    this.steps = stored?.steps ?? [];
    this.isRolledBack = stored?.isRolledBack ?? false;
    this.version = stored?.version ?? 0;
    this.isBegun = stored !== undefined;
  }

  /** `undefined` as long as nothing is recorded of this execution. */
  get recorded(): RecordedSteps | undefined {
    const { execution, steps, isRolledBack } = this;
    return this.isBegun ? { execution, steps, ...(isRolledBack && { isRolledBack }) } : undefined;
  }

  find(name: string): RecordedStep | undefined {
    return this.steps.find((step) => step.name === name);
  }

  /** Records that the execution is one of steps, once. */
  async begin(): Promise<void> {
    if (!this.isBegun) await this.write(this.steps);
    this.isBegun = true;
  }

  /**
   * Records what became of a step.
   *
   * @throws StepResultError, with nothing written, where the record would be too large.
   */
  async put(step: RecordedStep): Promise<void> {
    await this.write(this.with(step));
  }

  /** As {@link put}, but written with what is written next. */
  note(step: RecordedStep): void {
    this.steps = this.with(step);
    this.isNoted = true;
  }

  /** Records what was noted, if anything was since the last write. */
  async flush(): Promise<void> {
    if (this.isNoted) await this.write(this.steps);
  }

  /** Records that the rollback method is about to be called. */
  async rollBack(): Promise<void> {
    this.isRolledBack = true;
    await this.write(this.steps);
  }

  /** A step that is completed once more comes last. */
  private with(step: RecordedStep): RecordedStep[] {
    const at = this.steps.findIndex(({ name }) => name === step.name);
    if (at < 0) return [...this.steps, step];
    return step.state === undefined
      ? [...this.steps.filter(({ name }) => name !== step.name), step]
      : this.steps.with(at, step);
  }

  private async write(steps: readonly RecordedStep[]): Promise<void> {
    const { execution, isRolledBack, changeId, run, store } = this;
    const text = stepsText({ execution, steps, ...(isRolledBack && { isRolledBack }) });
    assertStepsFit(changeId, steps.at(-1)?.name ?? '', text);
    // The change's own connection to the same database sees nothing of this.
    const writing = () => detached(() => run.retry.run(store, () => this.replace(text)));
    await run.activity.during('the audit store', writing);
    this.steps = steps;
    this.isNoted = false;
  }

  private async replace(value: string): Promise<void> {
    const { changeId, store, run } = this;
    const { lease, journal } = run;
    const record = { ...stepsKey(journal.service, changeId), value };
    try {
      while (!(await store.records.write(record, { ifVersion: this.version, hold: lease.hold }))) {
        const found = await store.records.read(record);
        this.version = found?.version ?? 0;
        // An earlier attempt was written, and its answer lost.
        if (found?.value === value) return;
      }
      this.version += 1;
    } catch (cause) {
      throw cause instanceof FencedError ? lease.lose('its steps were refused', cause) : cause;
    }
  }
}

/** The steps of an execution, as its methods see them. */
export function completedOf(recorded: RecordedSteps | undefined): CompletedStep[] {
  return (recorded?.steps ?? []).map(({ name, result, state }) => ({
    name,
    result,
    isUndone: state === 'undone',
  }));
}

/** The steps that an applied change has recorded, for what takes it back. `execution`: the one that applied it. */
export async function readCompleted(
  store: AuditStore,
  service: string,
  changeId: string,
  execution: string | undefined,
): Promise<CompletedStep[]> {
  const found = execution === undefined ? undefined : await readSteps(store.records, service, changeId);
  return completedOf(found?.execution === execution ? found : undefined);
}
