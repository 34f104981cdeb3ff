import type { AuditEntry } from '../audit/audit-entry.js';
import type { RecoveryStrategy } from '../audit/recovery-strategy.js';
import type { TxStrategy } from '../audit/tx-strategy.js';
import type { ApprovalStanding } from '../decisions/approval.js';
import type { DecisionRecord } from '../decisions/decision-record.js';
import type { ChangeWork, ProposedResolution } from '../decisions/issue-work.js';
import type { Diagnosis } from '../recovery/diagnosis.js';
import type { HolderActivity } from '../reporting/holder-activity.js';
import type { EmergencyRun } from './approvals.js';
import type { ChangeSummary } from './change-list.js';
import type { IssueDetail } from './issues.js';

/** What to type about a change. */
export interface ChangeCommand {
  readonly what:
    'inspect' | 'history' | 'mark-executed' | 'mark-rolled-back' | 'approve' | 'review' | 'undo' | 'verify';
  /** The whole line, for a POSIX shell. */
  readonly command: string;
}

/** Whether others have agreed on how a change is to be resolved. */
export interface ResolutionNeed {
  readonly resolution: ProposedResolution;
  /** How many approvals of others it still needs; 0: it may be done. */
  readonly missing: number;
}

/** All that is known about one change. */
export interface ChangeDetail extends ChangeSummary {
  readonly transactional: boolean;
  readonly txStrategy: TxStrategy;
  readonly recoveryStrategy: RecoveryStrategy;
  readonly hasRollback: boolean;
  readonly hasVerify: boolean;
  /** Of the code as it is here, which an approval is bound to; absent where it cannot be told. */
  readonly digest?: string;
  /** What the applied change differs in from what was applied, in words. */
  readonly edited: readonly string[];
  /** Its entries, the oldest first. */
  readonly history: readonly AuditEntry[];
  /** Of its last failure. */
  readonly diagnosis?: Diagnosis;
  /** Absent where it is not pending, or needs no approval. */
  readonly approval?: ApprovalStanding;
  /** Every decision about it, the oldest first. */
  readonly decisions: readonly DecisionRecord[];
  /** Who works on it, and what was said and proposed since it is as it is. */
  readonly work: ChangeWork;
  /** For each resolution that may come of its present state. */
  readonly resolutions: readonly ResolutionNeed[];
  /** Present where it ran without approval, and nobody has reviewed that. */
  readonly emergency?: EmergencyRun;
  /** Present where it needs a manual check. */
  readonly issue?: IssueDetail;
  /** Present while a holder of the lock is at work on it. */
  readonly activity?: HolderActivity;
  readonly commands: readonly ChangeCommand[];
}
