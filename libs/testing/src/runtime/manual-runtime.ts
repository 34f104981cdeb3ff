import { hash } from 'node:crypto';
import type { Runtime } from '@nestjs-flamingock/core/adapter';
import { ManualClock } from './manual-clock.js';

/** Settings of a {@link ManualRuntime}. */
export interface ManualRuntimeOptions {
  /** @default a clock of its own */
  readonly clock?: ManualClock;
  /**
   * Where ids and random numbers start from; a whole number.
   *
   * @default 1
   */
  readonly seed?: number;
  /** @default 'test-host' */
  readonly host?: string;
  /**
   * Instances that run side by side need different ones, or they draw the same ids.
   *
   * @default 1
   */
  readonly pid?: number;
  /**
   * What {@link ManualRuntime.wallMs} says when the clock says 0: milliseconds since 1970.
   *
   * @default 2024-01-01T00:00:00Z
   */
  readonly epochMs?: number;
}

/** A process whose time, ids and chance are the same in every run of a test. */
export class ManualRuntime implements Runtime {
  readonly clock: ManualClock;
  readonly host: string;
  readonly pid: number;
  private readonly seed: number;
  private readonly epochMs: number;
  private drawn = 0;

  constructor(options: ManualRuntimeOptions = {}) {
    this.clock = options.clock ?? new ManualClock();
    this.seed = options.seed ?? 1;
    this.host = options.host ?? 'test-host';
    this.pid = options.pid ?? 1;
    this.epochMs = options.epochMs ?? Date.UTC(2024, 0, 1);
  }

  monotonicMs(): number {
    return this.clock.now;
  }

  /** A store's clock that moves with this runtime: milliseconds since 1970. */
  readonly wallMs = (): number => this.epochMs + this.clock.now;

  timer(ms: number, ring: () => void): () => void {
    return this.clock.timer(ms, ring);
  }

  /** Resolves when the clock has moved on by `ms` milliseconds. */
  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.clock.timer(ms, resolve));
  }

  /** Lets `ms` milliseconds pass, see {@link ManualClock.advance}. */
  advance(ms: number): Promise<void> {
    return this.clock.advance(ms);
  }

  /** The exit code with which the process was to end, if it was. It goes on all the same. */
  endedWith: number | undefined;

  end(exitCode: number): Promise<never> {
    this.endedWith = exitCode;
    return new Promise<never>(() => undefined);
  }

  uuid(): string {
    const hex = this.draw().toString('hex');
    const variant = '89ab'.charAt(Number.parseInt(hex.charAt(16), 16) % 4);
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
  }

  random(): number {
    return this.draw().readUInt32BE(0) / 2 ** 32;
  }

  private draw(): Buffer {
    this.drawn += 1;
    const source = JSON.stringify([this.seed, this.host, this.pid, this.drawn]);
    return hash('sha256', source, 'buffer');
  }
}
