import type { ChangeReport } from './execution-report.js';
import type { UndoneChange } from './undo-report.js';

/** What a redo did. */
export interface RedoReport {
  readonly service: string;
  readonly executionId: string;
  readonly changeId: string;
  /** `stopped`: the rollback method or the execution failed, or the redo was told to stop. */
  readonly status: 'redone' | 'stopped';
  /**
   * What became of the execution before. `undone`: its rollback method has taken it back. `forgotten`: an entry says
   * that it is to be executed again, and what it did is still in its target system. `nothing`: none was recorded as applied.
   */
  readonly before: 'undone' | 'forgotten' | 'nothing' | 'undo-failed';
  /** The undo, where there was one. */
  readonly undone?: UndoneChange;
  /** The execution; absent where the undo failed. */
  readonly change?: ChangeReport;
  readonly warnings: readonly string[];
}
