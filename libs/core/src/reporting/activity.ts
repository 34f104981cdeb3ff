import type { Runtime } from '../runtime/runtime.js';
import type { ObservedChange } from './change-observer.js';
import type { EventPublisher } from './event-publisher.js';
import type { RunEvent } from './flamingock.events.js';

/** How long something goes on before that is told, in milliseconds. */
const FIRST_MS = 30_000;
/** It is told again after twice as long as before, up to this, in milliseconds. */
const LONGEST_MS = 600_000;

/** Tracks what a run waits for, and reports each wait that lasts long. */
export class Activity {
  private readonly waits: string[] = [];

  constructor(
    private readonly runtime: Pick<Runtime, 'monotonicMs' | 'timer'>,
    private readonly events: EventPublisher,
    private readonly about: RunEvent,
  ) {}

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
