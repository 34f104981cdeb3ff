import type { AuditEntry } from '../audit/audit-entry.js';
import { isApplied } from '../audit/audit-state.js';
import type { RecoveryStrategy } from '../audit/recovery-strategy.js';
import type { TxStrategy } from '../audit/tx-strategy.js';
import type { ChangeDescriptor } from '../change/change-descriptor.js';
import { approvalDigest, type ApprovalStanding } from '../decisions/approval.js';
import { decisionsAbout } from '../decisions/decisions-about.js';
import { DecisionLedger } from '../decisions/decision-ledger.js';
import type { DecisionRecord } from '../decisions/decision-record.js';
import {
  missingApprovals,
  workOn,
  type ChangeWork,
  type ProposedResolution,
} from '../decisions/issue-work.js';
import { txStrategyOf } from '../executor/change-executor.js';
import { lastDiagnosis, type Diagnosis } from '../recovery/diagnosis.js';
import type { HolderActivity } from '../reporting/holder-activity.js';
import type { Engine } from '../run/engine.js';
import { toldEdits } from '../run/plan-checks.js';
import { emergenciesIn, type EmergencyRun } from './approvals.js';
import { historyOf } from './audit-list.js';
import { commandsFor, type ChangeCommand } from './change-commands.js';
import { changesIn, type ChangeSummary } from './change-list.js';
import { findIssues, issueDetail, type IssueDetail } from './issues.js';
import { assertKnown } from './known-changes.js';
import { statusFacts, type StatusFacts } from './status.js';
import { UnknownChangeError } from './operation.errors.js';

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

/**
 * All that is known about one change. Takes no lock and writes nothing.
 *
 * @throws UnknownChangeError, LedgerTamperedError
 */
export async function changeGet(engine: Engine, changeId: string): Promise<ChangeDetail> {
  const facts = await statusFacts(engine);
  const { observed, plan, activity } = facts;
  assertKnown(changeId, engine.pipeline, observed.snapshot);
  const summary = changesIn(plan, observed).find((one) => one.changeId === changeId);
  if (!summary) throw new UnknownChangeError(changeId, []);
  const history = await historyOf(engine, changeId);
  const ledger = new DecisionLedger(engine.store, engine.pipeline.service);
  const decisions = await decisionsAbout(ledger, changeId);
  const work = workOn(history, decisions);
  const found = findIssues(engine, observed).find(({ entry }) => entry.changeId === changeId);
  const issue = found && (await issueDetail(engine, found, { history, work }));
  const emergencies = await emergenciesIn(engine, observed.snapshot);
  const emergency = emergencies.find((run) => run.changeId === changeId);
  const known = { ...codeFacts(engine, facts, changeId), history, work, issue, emergency };
  const diagnosis = lastDiagnosis(history);
  const resolutions = resolutionsOf(engine, summary, issue, work);
  const { issue: _issue, emergency: _emergency, ...rest } = known;
  return {
    ...summary,
    ...rest,
    ...(diagnosis && { diagnosis }),
    decisions,
    resolutions,
    ...(emergency && { emergency }),
    ...(issue && { issue }),
    ...(activity?.changeId === changeId && { activity }),
    commands: commandsFor({ ...summary, ...known }),
  };
}

/** What the code says of it; of one that the code no longer has, what its last entry says. */
function codeFacts(engine: Engine, { plan, observed }: StatusFacts, changeId: string) {
  const planned = plan.stages.flatMap(({ changes }) => changes).find(({ change }) => change.id === changeId);
  if (planned) {
    const { change, approval } = planned;
    const edits = toldEdits(plan, engine.settings).find((edit) => edit.changeId === changeId);
    return {
      ...descriptorFacts(engine, change),
      edited: edits?.differences ?? [],
      ...(approval && { approval }),
    };
  }
  const entry = observed.snapshot.get(changeId);
  return {
    transactional: entry?.transactional ?? false,
    txStrategy: entry?.txStrategy ?? ('NON_TX' as const),
    recoveryStrategy: entry?.recoveryStrategy ?? ('MANUAL_INTERVENTION' as const),
    hasRollback: false,
    hasVerify: false,
    edited: [],
  };
}

function descriptorFacts(engine: Engine, change: ChangeDescriptor) {
  const digest = approvalDigest(change);
  return {
    transactional: change.transactional,
    txStrategy: txStrategyOf(change, engine.store),
    recoveryStrategy: change.recovery,
    hasRollback: change.rollback !== undefined,
    hasVerify: change.verification !== undefined,
    ...(digest !== undefined && { digest }),
  };
}

function resolutionsOf(
  { settings }: Engine,
  { state }: ChangeSummary,
  issue: IssueDetail | undefined,
  work: ChangeWork,
): ResolutionNeed[] {
  const possible: ProposedResolution[] = issue ? ['EXECUTED', 'ROLLED_BACK'] : [];
  if (state && isApplied(state)) possible.push('UNDONE');
  const { approvals } = settings.resolution;
  return possible.map((resolution) => ({
    resolution,
    missing: missingApprovals(work, resolution, approvals),
  }));
}
