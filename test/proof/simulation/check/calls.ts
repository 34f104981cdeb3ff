import type { SimulatedProcess } from '../world/simulated-process.js';

/** Which methods of changes were called, and which ended as they were meant to. */
export class Calls {
  private readonly begun = new Map<string, number>();
  private readonly ended = new Set<string>();

  /** Takes note of a call; returns which one it is of this method, from 1. */
  begin(changeId: string, method: 'execution' | 'rollback'): number {
    const key = `${changeId} ${method}`;
    const run = (this.begun.get(key) ?? 0) + 1;
    this.begun.set(key, run);
    return run;
  }

  /** Takes note that an execution ended without an error. */
  end(changeId: string, executionId: string): void {
    this.ended.add(`${changeId} ${executionId}`);
  }

  /** True if {@link end} was called for it. */
  hasEnded(changeId: string, executionId: string): boolean {
    return this.ended.has(`${changeId} ${executionId}`);
  }
}

/** A method of a change at the moment at which it is called. */
export interface Call {
  readonly process: SimulatedProcess;
  readonly changeId: string;
  readonly method: 'execution' | 'rollback';
  readonly executionId: string;
}
