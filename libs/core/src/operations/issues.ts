import type { AuditEntry } from '../audit/audit-entry.js';
import type { AuditSnapshot } from '../audit/audit-snapshot.js';
import type { AuditOperation, AuditState } from '../audit/audit-state.js';
import type { RecordedSteps } from '../audit/step-records.js';
import type { TxStrategy } from '../audit/tx-strategy.js';
import type { ChangeDescriptor } from '../change/change-descriptor.js';
import type { ChangeWork } from '../decisions/issue-work.js';
import type { Engine } from '../run/engine.js';
import { planExecution } from '../plan/execution-planner.js';
import { withPlaybooks } from '../plan/planned-playbooks.js';
import { outlookStep, type Playbook, type PlaybookOutlook } from '../recovery/playbook.js';
import { outlookFor } from './playbook-outlook.js';
import { isForeign } from '../plan/change-identity.js';
import { foreignSteps } from '../plan/identity.errors.js';
import { lastDiagnosis, type Diagnosis } from '../recovery/diagnosis.js';
import { guidanceFor } from '../recovery/guidance.js';
import { changeFacts, entryFacts, stepFacts } from '../recovery/issue-facts.js';
import { stepsToGoOnFrom } from '../recovery/step-decision.js';
import type { StepState } from '../recovery/step-states.js';
import { decide, type Decision } from '../recovery/recovery-decision.js';
import { RecoveryStrategy } from '../audit/recovery-strategy.js';
import { describeWork, observe, type Observation } from './at-work.js';
import { historyOf } from './audit-list.js';
import { workOf } from './change-work.js';
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
  /** What is known of its last failure, as recorded; absent where nothing is, as after the end of a process. */
  readonly diagnosis?: Diagnosis;
  /** How far its steps have come; absent where it is made of none, or the next run cannot go on from them. */
  readonly steps?: readonly StepState[];
  /** Its entries, the oldest first. */
  readonly history: readonly AuditEntry[];
  /** What a playbook would do about it; absent where none is for it. */
  readonly playbook?: PlaybookOutlook;
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
  readonly playbook?: Playbook | undefined;
  /** The steps from which a run could go on. */
  readonly steps?: RecordedSteps | undefined;
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
  if (issue) return detailOf(engine, issue);
  if (changeId === undefined) throw new NoIssueError(undefined, 'none needs a manual check');
  throw noIssue(engine, changeId, observed);
}

/** What {@link issueList} lists, from what was read before. A change that a holder is at work on is no issue. */
export function findIssues({ pipeline, settings }: Engine, { snapshot, atWork }: Observation): FoundIssue[] {
  const { stages, unfinished } = withPlaybooks(planExecution(pipeline, snapshot), settings.resolutions);
  const planned = stages.flatMap((stage) => stage.changes);
  const inCode = planned.flatMap(({ change, entry, action, reason, playbook, steps }) =>
    entry && action === 'MANUAL_INTERVENTION' ? [{ change, entry, reason, playbook, steps }] : [],
  );
  const forgotten = [...snapshot.values()]
    .filter(({ changeId }) => unfinished.includes(changeId))
    .map((entry) => {
      const steps = stepsToGoOnFrom(entry, snapshot.steps?.get(entry.changeId));
      return { entry, reason: forgottenReason(entry), change: undefined, steps };
    });
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

async function detailOf(engine: Engine, issue: FoundIssue): Promise<IssueDetail> {
  const { changeId } = issue.entry;
  const history = await historyOf(engine, changeId);
  return issueDetail(engine, issue, { history, work: await workOf(engine, changeId, history) });
}

/** An issue in full, of its history and the work on it. */
export async function issueDetail(
  engine: Engine,
  issue: FoundIssue,
  { history, work }: Pick<IssueDetail, 'history' | 'work'>,
): Promise<IssueDetail> {
  const { entry, change } = issue;
  const playbook = change && (await outlookFor(engine, { ...issue, change }));
  const stepsOf = stepFacts(entry, issue.steps, change);
  const { recoveryStrategy, txStrategy, author, className } = entry;
  const facts = entryFacts(entry);
  const diagnosis = lastDiagnosis(history);
  return {
    ...summaryOf(issue),
    recoveryStrategy,
    txStrategy,
    author,
    className,
    hasRollback: change?.rollback !== undefined,
    rollbackRan: facts.rollbackRan,
    ...(diagnosis && { diagnosis }),
    ...(stepsOf.steps && { steps: stepsOf.steps }),
    history,
    ...(playbook && { playbook }),
    guidance: [...stepsFor(issue), ...(playbook ? [outlookStep(playbook)] : [])],
    work,
  };
}

/** What to do about an issue, step by step. */
export function stepsFor({ entry, change, steps }: Pick<FoundIssue, 'entry' | 'change' | 'steps'>): string[] {
  if (change && isForeign(entry, change)) return foreignSteps(entry, change);
  const inCode = change
    ? changeFacts(change)
    : { changeId: entry.changeId, hasRollback: false, inCode: false };
  return guidanceFor({
    ...entryFacts(entry),
    ...inCode,
    ...stepFacts(entry, steps, change),
    runsAgain: false,
  });
}
