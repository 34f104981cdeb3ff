import type { AuditState } from '../audit/audit-state.js';

/** What became of one change of an undo. */
export interface UndoneChange {
  readonly changeId: string;
  readonly stage: string;
  readonly targetSystem: string;
  /** `planned` in a dry run; `not-reached` after one that failed, or when the undo was stopped. */
  readonly result: 'planned' | 'undone' | 'failed' | 'not-reached';
  /** Its last recorded state now. */
  readonly state: AuditState;
  /** Milliseconds that its rollback method took; 0 where it did not run. */
  readonly durationMs: number;
  /** What its rollback method threw, as recorded. */
  readonly error?: string;
  /** What to do about it, step by step, where it failed or its transaction held nothing. */
  readonly nextSteps?: readonly string[];
  /** True where the next start runs the change again, because it is undone and still in the code. */
  readonly runsAgain: boolean;
}

/** What an undo did, and what it did not. */
export interface UndoReport {
  readonly service: string;
  /** Absent in a dry run. */
  readonly executionId?: string;
  /** `planned`: a dry run. `undone`: all of it. `stopped`: a change failed, or the undo was told to stop. */
  readonly status: 'planned' | 'undone' | 'stopped';
  /** Only in a dry run, for `confirm`: another one once it would undo something else. */
  readonly digest?: string;
  /** The changes in the order in which they are undone: the last applied first. */
  readonly changes: readonly UndoneChange[];
}
