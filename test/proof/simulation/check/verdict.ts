import type { Recorder } from '../world/recorder.js';
import type { Invariant, Violation } from './violation.js';

/** Keeps the first violation of a schedule. */
export class Verdict {
  violation: Violation | undefined;

  constructor(
    private readonly now: () => number,
    private readonly recorder: Recorder,
  ) {}

  /** Says that an invariant does not hold. */
  fail(invariant: Invariant, what: string): void {
    this.recorder.tell('VIOLATION', () => `${invariant}: ${what}`);
    this.violation ??= { invariant, what, at: this.now() };
  }

  /** Says so unless `holds`. */
  expect(holds: boolean, invariant: Invariant, what: () => string): void {
    if (!holds) this.fail(invariant, what());
  }
}
