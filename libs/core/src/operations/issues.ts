import type { AuditEntry } from '../audit/audit-entry.js';
import type { AuditSnapshot } from '../audit/audit-snapshot.js';
import type { AuditOperation, AuditState } from '../audit/audit-state.js';
import type { TxStrategy } from '../audit/tx-strategy.js';
import type { ChangeDescriptor } from '../change/change-descriptor.js';
import { DecisionLedger } from '../decisions/decision-ledger.js';
import { decisionsAbout } from '../decisions/decisions-about.js';
import { workOn, type ChangeWork } from '../decisions/issue-work.js';
import type { Engine } from '../run/engine.js';
import { planExecution } from '../plan/execution-planner.js';
import { isForeign } from '../plan/change-identity.js';
import { foreignSteps } from '../plan/identity.errors.js';
import { guidanceFor } from '../recovery/guidance.js';
import { changeFacts, entryFacts } from '../recovery/issue-facts.js';
import { decide, type Decision } from '../recovery/recovery-decision.js';
import { RecoveryStrategy } from '../audit/recovery-strategy.js';
import { describeWork, observe, type Observation } from './at-work.js';
import { historyOf } from './audit-list.js';
import { assertKnown } from './known-changes.js';
import { NoIssueError } from './operation.errors.js';

/** A change whose recorded state needs a manual check. */
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
  /** True where it is recorded that this method ran since the change was last started. */
  readonly rollbackRan: boolean;
  /** Its entries, the oldest first. */
  readonly history: readonly AuditEntry[];
  /** What to do, step by step; steps are not numbered. */
  readonly guidance: readonly string[];
  /** Who works on it, and what was said and proposed. */
  readonly work: ChangeWork;
}

/** An issue as history and code have it. */
export interface FoundIssue {
  /** Its last entry. */
  readonly entry: AuditEntry;
  readonly reason: string;
  /** `undefined`: the code no longer has it. */
  readonly change: ChangeDescriptor | undefined;
}

/** The changes that need a manual check: those of the code in pipeline order, then those it no longer has. */
export async function issueList(engine: Engine): Promise<IssueSummary[]> {
  return findIssues(engine, await observe(engine)).map(summaryOf);
}

/**
 * One issue in full: that of `changeId`, or the first.
 *
 * @throws UnknownChangeError for an id that neither code nor history knows; NoIssueError
 * when the change needs no operator, or when there is no issue at all.
 */
export async function issueGet(engine: Engine, changeId?: string): Promise<IssueDetail> {
  const observed = await observe(engine);
  if (changeId !== undefined) assertKnown(changeId, engine.pipeline, observed.snapshot);
  const issues = findIssues(engine, observed);
  const issue = changeId === undefined ? issues[0] : issues.find(({ entry }) => entry.changeId === changeId);
  if (issue) {
    const history = await historyOf(engine, issue.entry.changeId);
    const ledger = new DecisionLedger(engine.store, engine.pipeline.service);
    return detailOf(issue, history, workOn(history, await decisionsAbout(ledger, issue.entry.changeId)));
  }
  if (changeId === undefined) throw new NoIssueError(undefined, 'none needs a manual check');
  throw noIssue(engine, changeId, observed);
}

/** What {@link issueList} lists, from what was read before. A change that a holder is at work on is no issue. */
export function findIssues({ pipeline }: Engine, { snapshot, atWork }: Observation): FoundIssue[] {
  const { stages, unfinished } = planExecution(pipeline, snapshot);
  const planned = stages.flatMap((stage) => stage.changes);
  const inCode = planned.flatMap(({ change, entry, action, reason }) =>
    entry && action === 'MANUAL_INTERVENTION' ? [{ change, entry, reason }] : [],
  );
  const forgotten = [...snapshot.values()]
    .filter(({ changeId }) => unfinished.includes(changeId))
    .map((entry) => ({ entry, reason: forgottenReason(entry), change: undefined }));
  return [...inCode, ...forgotten].filter(({ entry }) => entry.changeId !== atWork?.changeId);
}

/** What the next run does about a change that code or history knows. */
export function nextFor({ pipeline }: Engine, changeId: string, snapshot: AuditSnapshot): Decision {
  const planned = planExecution(pipeline, snapshot).stages.flatMap((stage) => stage.changes);
  const found = planned.find(({ change }) => change.id === changeId);
  if (found) return { action: found.action, reason: found.reason };
  return { action: 'SKIP', reason: 'the code no longer has it' };
}

/** The error that says why a known change needs no operator. */
export function noIssue(engine: Engine, changeId: string, { snapshot, atWork }: Observation): NoIssueError {
  if (atWork?.changeId === changeId) return new NoIssueError(changeId, describeWork(atWork));
  const { action, reason } = nextFor(engine, changeId, snapshot);
  return new NoIssueError(changeId, `the next run's action is ${action}: ${reason}`);
}

function forgottenReason(entry: AuditEntry): string {
  const { action, reason } = decide(entry, RecoveryStrategy.MANUAL_INTERVENTION);
  const why = action === 'RECONCILE' ? 'its end was not recorded' : reason;
  return `${why}; the code no longer has the change, so that no run can settle it`;
}

/** What a list says of an issue. */
export function summaryOf({ entry, reason, change }: FoundIssue): IssueSummary {
  const { changeId, stage, state, operation, error, targetSystem, createdAt, hostname } = entry;
  return {
    changeId,
    stage,
    state,
    operation,
    error,
    targetSystem,
    reason,
    recordedAt: createdAt,
    host: hostname,
    inCode: change !== undefined,
  };
}

function detailOf(issue: FoundIssue, history: readonly AuditEntry[], work: ChangeWork): IssueDetail {
  const { entry, change } = issue;
  const { recoveryStrategy, txStrategy, author, className } = entry;
  return {
    ...summaryOf(issue),
    recoveryStrategy,
    txStrategy,
    author,
    className,
    hasRollback: change?.rollback !== undefined,
    rollbackRan: entryFacts(entry).rollbackRan,
    history,
    guidance: stepsFor(issue),
    work,
  };
}

/** What to do about an issue, step by step. */
export function stepsFor({ entry, change }: Pick<FoundIssue, 'entry' | 'change'>): string[] {
  if (change && isForeign(entry, change)) return foreignSteps(entry, change);
  const inCode = change
    ? changeFacts(change)
    : { changeId: entry.changeId, hasRollback: false, inCode: false };
  return guidanceFor({ ...entryFacts(entry), ...inCode, runsAgain: false });
}
