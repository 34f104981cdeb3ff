import type { ChangeProgress } from '../change/change-progress.js';
import type { Runtime } from '../runtime/runtime.js';
import type { ObservedChange } from './change-observer.js';
import type { EventPublisher } from './event-publisher.js';
import type { ChangeStartedEvent, RunEvent } from './flamingock.events.js';
import { ProgressMeter } from './progress-meter.js';

/** How long something goes on before that is told, in milliseconds. */
const FIRST_MS = 30_000;
/** It is told again after twice as long as before, up to this, in milliseconds. */
const LONGEST_MS = 600_000;

/** The change that a run is at work on. */
export interface Underway extends Omit<ChangeStartedEvent, keyof RunEvent> {
  /** When it began, on the monotonic clock. */
  readonly since: number;
  /** As it has reported it last. */
  readonly progress?: ChangeProgress;
}

/** Tracks what a run is at work on and waits for, and reports each wait that lasts long. */
export class Activity {
  private readonly waits: string[] = [];
  private begun: Underway | undefined;

  constructor(
    private readonly runtime: Pick<Runtime, 'monotonicMs' | 'timer'>,
    private readonly events: EventPublisher,
    private readonly about: RunEvent,
  ) {}

  /** The change that began last; `undefined` before the first. */
  get underway(): Underway | undefined {
    return this.begun;
  }

  /** Notes and tells that a change begins. */
  begin(change: Omit<ChangeStartedEvent, keyof RunEvent>): void {
    const { service, executionId } = this.about;
    this.begun = { ...change, since: this.runtime.monotonicMs() };
    this.events.publish('change.started', { service, executionId, ...change });
  }

  /** Takes what one call of a change's method reports about how far it has come. */
  meter(stage: string, changeId: string): ProgressMeter {
    const { service, executionId } = this.about;
    const since = this.runtime.monotonicMs();
    return new ProgressMeter(changeId, this.runtime, (progress) => {
      if (this.begun?.changeId === changeId) this.begun = { ...this.begun, progress };
      const runningMs = Math.round(this.runtime.monotonicMs() - since);
      this.events.publish('change.progress', {
        service,
        executionId,
        stage,
        changeId,
        ...progress,
        runningMs,
      });
    });
  }

  /** Does `work`, which waits for `what`, unless it names something else inside. */
  async during<T>(what: string, work: () => Promise<T>): Promise<T> {
    this.waits.push(what);
    try {
      return await work();
    } finally {
      this.waits.splice(this.waits.lastIndexOf(what), 1);
    }
  }

  /** Does `work`, which is a change, inside those who follow changes from inside. */
  observed<T extends object>(
    change: Omit<ObservedChange, keyof RunEvent>,
    work: () => Promise<T>,
  ): Promise<T> {
    const { service, executionId } = this.about;
    return this.events.around?.({ service, executionId, ...change }, work) ?? work();
  }

  /** Tells of something that came of a change after its end. */
  leftBehind(changeId: string, what: string): void {
    const { service, executionId } = this.about;
    this.events.publish('change.left-behind', { service, executionId, changeId, what });
  }

  /** Does `work`, and reports it while it goes on: after half a minute, then at growing intervals. */
  async watch<T>(changeId: string | undefined, work: () => Promise<T>): Promise<T> {
    const { runtime, events } = this;
    const { service, executionId } = this.about;
    const since = runtime.monotonicMs();
    let isOver = false;
    let callOff = (): void => undefined;
    const tellAfter = (ms: number): void => {
      callOff = runtime.timer(ms, () => {
        // A process that stood still may find the timer due that it has just called off.
        if (isOver) return;
        const runningMs = Math.round(runtime.monotonicMs() - since);
        const waitsFor = this.waits.at(-1) ?? 'this process';
        events.publish('run.still-running', { service, executionId, changeId, runningMs, waitsFor });
        tellAfter(Math.min(ms * 2, LONGEST_MS));
      });
    };
    tellAfter(FIRST_MS);
    try {
      return await work();
    } finally {
      isOver = true;
      callOff();
    }
  }
}
