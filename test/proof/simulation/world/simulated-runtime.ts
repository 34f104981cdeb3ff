import type { Runtime } from '@nestjs-flamingock/core/adapter';
import { mix } from '../random.js';
import type { SimulatedProcess } from './simulated-process.js';

/** Time, ids and chance of one simulated process. */
export class SimulatedRuntime implements Runtime {
  readonly host: string;
  readonly pid: number;
  private drawn = 0;

  /** @param monotonicMs The process's own clock; it began somewhere else than every other's. */
  constructor(
    private readonly process: SimulatedProcess,
    readonly monotonicMs: () => number,
  ) {
    this.pid = process.plan.id;
    this.host = `host-${this.pid}`;
  }

  timer(ms: number, ring: () => void): () => void {
    return this.process.after(ms, ring);
  }

  end(): Promise<never> {
    return new Promise<never>(() => undefined);
  }

  uuid(): string {
    this.drawn += 1;
    return `process-${this.pid}-${this.drawn}`;
  }

  random(): number {
    this.drawn += 1;
    return mix(this.process.seed, this.pid, 7, this.drawn) / 2 ** 32;
  }
}
