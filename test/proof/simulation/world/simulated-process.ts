import { mix } from '../random.js';
import type { ProcessPlan } from '../scenario/scenario.js';
import type { EventOwner, EventQueue } from './event-queue.js';
import type { Recorder } from './recorder.js';

/** Processes that come after the trouble are numbered from here. */
export const FIRST_HEALTHY_ID = 101;

/** How a process ended: what it resolved to, or what it threw. */
export type ProcessEnd = { readonly result: unknown } | { readonly error: unknown };

/** One operating-system process: it can die, stand still and be told to stop. */
export class SimulatedProcess implements EventOwner {
  isDead = false;
  pausedUntil = 0;
  /** How long it has stood still altogether. */
  stoodStillMs = 0;
  /** Token and owner with which it last asked for the head of the history. */
  token = 0;
  owner = '';

  end: ProcessEnd | undefined;
  readonly stopping = new AbortController();
  private drawn = 0;
  private sent = 0;

  constructor(
    readonly plan: ProcessPlan,
    readonly seed: number,
    private readonly queue: EventQueue,
    private readonly recorder: Recorder,
  ) {}

  /** Name in a trace. */
  get name(): string {
    return `#${this.plan.id} ${this.plan.operation}`;
  }

  /** True for those that come after the trouble: for them changes do not throw. */
  get isHealthy(): boolean {
    return this.plan.id >= FIRST_HEALTHY_ID;
  }

  /** True once nothing more will come of it. */
  get isOver(): boolean {
    return this.isDead || this.end !== undefined;
  }

  /** Number of the statement that it sends now, from 0. */
  nextMessage(): number {
    return this.sent++;
  }

  /** Lets something happen to it after `ms` milliseconds, unless it is dead by then. */
  after(ms: number, act: () => void): () => void {
    return this.queue.after(ms, this, mix(this.seed, this.plan.id, ++this.drawn), act);
  }

  /** SIGKILL. */
  crash(): void {
    this.isDead = true;
    this.recorder.count('crashes');
    this.recorder.tell(this.name, () => 'DIES');
  }

  /** SIGSTOP, and SIGCONT `ms` milliseconds later. Its clock goes on. */
  pause(ms: number): void {
    this.pausedUntil = Math.max(this.pausedUntil, this.queue.now + ms);
    this.stoodStillMs += ms;
    this.recorder.count('pauses');
    this.recorder.tell(this.name, () => `STANDS STILL for ${ms} ms`);
  }
}
