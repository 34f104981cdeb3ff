import type { AuditEntry } from '../audit/audit-entry.js';
import type { AuditOperation, AuditState } from '../audit/audit-state.js';
import type { TxStrategy } from '../audit/tx-strategy.js';
import type { Engine } from '../pipeline/engine.js';
import type { RecoveryStrategy } from '../recovery/recovery-strategy.js';

/** A change whose recorded state needs a person. */
export interface IssueSummary {
  readonly changeId: string;
  readonly stage: string;
  /** Its last recorded state. */
  readonly state: AuditState;
  /** What was being done when that state was recorded. */
  readonly operation: AuditOperation;
  /** What failed, as recorded; `null` where nothing was. */
  readonly error: string | null;
  readonly targetSystem: string;
  /** Why the engine cannot decide by itself, in a sentence. */
  readonly reason: string;
  /** When that state was recorded, on the audit store's clock: ISO 8601, UTC. */
  readonly recordedAt: string;
  /** Host that recorded it. */
  readonly host: string;
  /** False where the code no longer has the change. */
  readonly inCode: boolean;
}

/** All that is known about an issue, and what to do about it. */
export interface IssueDetail extends IssueSummary {
  readonly recoveryStrategy: RecoveryStrategy;
  readonly txStrategy: TxStrategy;
  readonly author: string;
  readonly className: string;
  /** True where the code has a `@RollbackExecution` method for it. */
  readonly hasRollback: boolean;
  /** True where that method ran since the change was last started, whether it succeeded or not. */
  readonly rollbackRan: boolean;
  /** Its entries, the oldest first. */
  readonly history: readonly AuditEntry[];
  /** What to do, step by step; steps are not numbered. */
  readonly guidance: readonly string[];
}

/** The changes that need a person: those of the code in pipeline order, then those it no longer has. */
export async function issueList(_engine: Engine): Promise<IssueSummary[]> {
  throw new Error('not yet');
}

/**
 * One issue in full: that of `changeId`, or the first.
 *
 * @throws UnknownChangeError for an id that neither code nor history knows; NoIssueError
 * when the change needs nobody, or when there is no issue at all.
 */
export async function issueGet(_engine: Engine, _changeId?: string): Promise<IssueDetail> {
  throw new Error('not yet');
}
