import type { AuditState } from '../audit/audit-state.js';
import type { Engine } from '../pipeline/engine.js';

/** What to undo: one change, or everything that was applied after one, which stays. */
export type UndoRequest = { readonly changeId: string } | { readonly to: string };

/** How to undo, and on whose behalf. */
export interface UndoOptions {
  /** Only tell what would be undone. Takes no lock and writes nothing. */
  readonly dryRun?: boolean;
  /** Who; recorded. */
  readonly by?: string;
  /** Why; recorded. */
  readonly reason?: string;
  /**
   * Milliseconds to wait for another holder of the lock.
   *
   * @default `lock.waitMs`
   */
  readonly waitMs?: number;
}

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
  /** What to do about it, step by step, where it failed. */
  readonly nextSteps?: readonly string[];
  /** True where the next start runs the change again, because it is still in the code. */
  readonly runsAgain: boolean;
}

/** What an undo did, and what it did not. */
export interface UndoReport {
  readonly service: string;
  /** Absent in a dry run. */
  readonly executionId?: string;
  /** `planned`: a dry run. `undone`: all of it. `stopped`: a change failed, or the undo was told to stop. */
  readonly status: 'planned' | 'undone' | 'stopped';
  /** The changes in the order in which they are undone: the last applied first. */
  readonly changes: readonly UndoneChange[];
}

/**
 * Runs the `@RollbackExecution` of applied changes, the last applied first.
 *
 * @throws UnknownChangeError for an id that neither code nor history knows; UndoRefusedError,
 * before anything happens, when one of the changes cannot be undone; LockTimeoutError while
 * another instance works.
 */
export async function undo(
  _engine: Engine,
  _request: UndoRequest,
  _options: UndoOptions,
  _signal: AbortSignal,
): Promise<UndoReport> {
  throw new Error('not yet');
}
