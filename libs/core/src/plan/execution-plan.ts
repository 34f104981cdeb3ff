import type { AuditEntry } from '../audit/audit-entry.js';
import type { Renaming } from '../audit/renaming.js';
import type { ApprovalStanding } from '../decisions/approval.js';
import type { RecordedSteps } from '../audit/step-records.js';
import type { ChangeDescriptor } from '../change/change-descriptor.js';
import type { RenamedChange } from './change-identity.js';
import type { Playbook } from '../recovery/playbook.js';
import type { Decision } from '../recovery/recovery-decision.js';

/** What is to be done about one change, and why. */
export interface PlannedChange extends Decision {
  readonly change: ChangeDescriptor;
  /** Its last entry; `undefined` if history does not know it. */
  readonly entry: AuditEntry | undefined;
  /** Whether people have approved it; absent where they need not. */
  readonly approval?: ApprovalStanding;
  /** True where its `@Verify()`, or a step of it, is to be asked, and may settle it. */
  readonly isAsked?: boolean;
  /** The steps from which the next run may go on. */
  readonly steps?: RecordedSteps | undefined;
  /** The playbook that may act on it, where it needs a manual check. */
  readonly playbook?: Playbook;
}

/** The changes of one stage, in the order in which they will be taken. */
export interface PlannedStage {
  readonly name: string;
  readonly changes: readonly PlannedChange[];
}

/** A change part of whose work another tool has done. */
export interface PartlyReplacedChange {
  readonly change: ChangeDescriptor;
  /** What it replaces and is not applied. */
  readonly missing: readonly string[];
}

/** What a run would do, made from pipeline and history alone. */
export interface ExecutionPlan {
  readonly service: string;
  /** What the history says about the name of the service; `undefined` where it was never renamed. */
  readonly renaming: Renaming | undefined;
  readonly stages: readonly PlannedStage[];
  /** Pending changes that come before one which is applied already. */
  readonly outOfOrder: readonly PlannedChange[];
  /** Changes whose entries are about another change of the same id; nothing may be concluded from those. */
  readonly foreign: readonly PlannedChange[];
  /** Pending changes that are probably applied, under an id that the code no longer has. */
  readonly renamed: readonly RenamedChange[];
  /** Changes that replace several migrations of another tool, of which only some are imported as applied. */
  readonly partlyReplaced: readonly PartlyReplacedChange[];
  /** Ids of imported migrations that no change of the code has the entry of. Applied, and nothing to tell anybody about. */
  readonly legacy: readonly string[];
  /** Applied changes that the code no longer has. */
  readonly unknown: readonly string[];
  /** Changes that the code no longer has, and that are neither applied nor rolled back. */
  readonly unfinished: readonly string[];
  /** False when every change is to be skipped. */
  readonly hasWork: boolean;
}

/** The changes that a run may execute. */
export function changesToRun({ stages }: Pick<ExecutionPlan, 'stages'>): ChangeDescriptor[] {
  return stages
    .flatMap(({ changes }) => changes)
    .filter(mayRun)
    .map(({ change }) => change);
}

function mayRun({ action, isAsked = false, playbook }: PlannedChange): boolean {
  return isAsked || playbook !== undefined || action === 'EXECUTE' || action === 'RECONCILE';
}
