import type { AuditEntry, AuditRecord } from '../audit/audit-entry.js';
import type { ChangeFacts } from '../audit/audit-journal.js';
import { createSnapshot, type AuditSnapshot } from '../audit/audit-snapshot.js';
import type { AuditState } from '../audit/audit-state.js';
import type { ChangeDescriptor } from '../change/change-descriptor.js';
import { fingerprinted } from '../change/fingerprint.js';
import { subjectOf, txStrategyOf } from '../executor/change-executor.js';
import type { Engine } from '../run/engine.js';
import type { ExclusiveSession } from '../run/exclusive-session.js';
import { planExecution } from '../plan/execution-planner.js';
import { assertOpen, toldEdits } from '../run/plan-checks.js';
import type { Decision } from '../recovery/recovery-decision.js';
import { fixPlanCommand } from '../errors/commands.js';
import { renamingOf } from '../audit/renaming.js';
import { assertApproved } from './approved-resolution.js';
import { observe, type Observation } from './at-work.js';
import { assertConfirmed, digestOf } from './confirmation.js';
import { exclusively } from './exclusively.js';
import { findIssues, nextFor, noIssue } from './issues.js';
import { assertKnown } from './known-changes.js';
import { assertCurrent } from './view.errors.js';
import { operatorMetadata, operatorOf, type ConfirmedContext, type Operation } from './operation-context.js';

/** What an operator found out about a change that needed a manual check. */
export interface AuditFixRequest {
  readonly changeId: string;
  /**
   * `EXECUTED`: all of it is in the target system. `ROLLED_BACK`: nothing of it is.
   *
   * @default 'EXECUTED'
   */
  readonly resolution?: 'EXECUTED' | 'ROLLED_BACK';
  /** `seq` of the last entry of the change that the finding is about: refused where there is a later one. */
  readonly seq?: number;
}

/** What a fix recorded, and what comes of it. */
export interface AuditFixResult {
  readonly changeId: string;
  /** The state recorded. */
  readonly state: AuditState;
  /** What the next run will do about the change, and why. */
  readonly next: Decision;
}

/** A fix that has begun. */
export type FixOperation = Operation & Pick<ConfirmedContext, 'confirm'>;

/** What a fix would record now. */
export interface AuditFixPlan {
  readonly changeId: string;
  /** The state that it would record. */
  readonly state: AuditState;
  /** The last entry of the change; absent where it has none. */
  readonly last?: Pick<AuditEntry, 'seq' | 'state' | 'createdAt'>;
  /** For `confirm`: another one once anything is recorded about the change. */
  readonly digest: string;
}

/**
 * Tells what {@link auditFix} would record. Takes no lock and writes nothing.
 *
 * @throws UnknownChangeError, NoIssueError, ResolutionUnapprovedError as the fix itself.
 */
export async function auditFixPlan(engine: Engine, request: AuditFixRequest): Promise<AuditFixPlan> {
  const { changeId, resolution = 'EXECUTED' } = request;
  const observed = await observe(engine);
  assertOpen(engine.pipeline.service, renamingOf(observed.snapshot));
  const { isIssue } = subjectOfFix(engine, request, observed);
  if (isIssue) await assertApproved(engine, changeId, resolution);
  const state = `MANUAL_MARKED_AS_${resolution}` as const;
  const last = observed.snapshot.get(changeId);
  const { seq = 0, createdAt = '' } = last ?? {};
  const told = last && { last: { seq, state: last.state, createdAt } };
  return { changeId, state, ...told, digest: digestNow(engine, request, observed.snapshot) };
}

/**
 * Records an operator's finding about a change whose state needs a manual check, also of one
 * that the code no longer has; or whether a change is the one that is recorded, where it seems to be renamed, edited
 * or another application's. Waits for a run that is going on, so it never races one.
 *
 * @throws UnknownChangeError for an id that neither code nor history knows; NoIssueError
 * when the change does not need a manual check; OutdatedRequestError; ResolutionUnapprovedError; LockTimeoutError with who holds the lock.
 */
export async function auditFix(
  engine: Engine,
  request: AuditFixRequest,
  operation: FixOperation,
): Promise<AuditFixResult> {
  return exclusively(engine, operation, (session) => record(engine, request, operation, session));
}

async function record(
  engine: Engine,
  request: AuditFixRequest,
  operation: FixOperation,
  { journal, snapshot }: ExclusiveSession,
): Promise<AuditFixResult> {
  const { changeId, resolution = 'EXECUTED' } = request;
  const { subject, fingerprint, isIssue } = subjectOfFix(engine, request, { snapshot });
  const look = fixPlanCommand(changeId, resolution);
  assertConfirmed(operation.confirm, digestNow(engine, request, snapshot), 'The finding', look);
  if (isIssue) await assertApproved(engine, changeId, resolution);
  const state = `MANUAL_MARKED_AS_${resolution}` as const;
  const metadata = { ...operatorMetadata(operation), ...fingerprint };
  const fixed = await journal.append(subject, { state, operation: 'FIX', at: journal.now(), metadata });
  const { service, executionId } = journal;
  engine.events.publish('issue.resolved', {
    service,
    executionId,
    changeId,
    state,
    ...operatorOf(operation),
  });
  return { changeId, state, next: nextFor(engine, changeId, createSnapshot([fixed])) };
}

/** Changes with every entry about the change, since what was found out is about what is recorded. */
function digestNow(
  { pipeline }: Engine,
  { changeId, resolution = 'EXECUTED' }: AuditFixRequest,
  snapshot: AuditSnapshot,
): string {
  return digestOf(pipeline.service, resolution, [{ changeId, entry: snapshot.get(changeId) }]);
}

/** What the finding is about, and the code of which it says that it is applied, where it says that of any. */
interface FixSubject {
  readonly subject: ChangeFacts;
  readonly fingerprint: AuditRecord['metadata'];
  /** False where the question is only which change it is. */
  readonly isIssue: boolean;
}

function subjectOfFix(engine: Engine, request: AuditFixRequest, observed: Observation): FixSubject {
  const { changeId } = request;
  const { snapshot } = observed;
  assertKnown(changeId, engine.pipeline, snapshot);
  assertCurrent(request, snapshot.get(changeId));
  const change = changeInDoubt(engine, request, snapshot);
  if (change) {
    const fingerprint = request.resolution === 'ROLLED_BACK' ? {} : fingerprinted(change.source);
    const subject = subjectOf(change, txStrategyOf(change, engine.store));
    return { subject, fingerprint, isIssue: false };
  }
  const issue = findIssues(engine, observed).find(({ entry }) => entry.changeId === changeId);
  if (issue) return { subject: issue.entry, fingerprint: {}, isIssue: true };
  throw noIssue(engine, changeId, observed);
}

/**
 * The change of the code, where the question is whether it is the one that is recorded: under its id for another
 * change, under another id, or with what was edited since. An edited one is applied, with or without the edit.
 */
function changeInDoubt(
  { pipeline, settings }: Engine,
  { changeId, resolution }: AuditFixRequest,
  snapshot: AuditSnapshot,
): ChangeDescriptor | undefined {
  const plan = planExecution(pipeline, snapshot);
  const doubted = [...plan.foreign, ...plan.renamed].find(({ change }) => change.id === changeId);
  if (doubted || resolution === 'ROLLED_BACK') return doubted?.change;
  const isEdited = toldEdits(plan, settings).some((edited) => edited.changeId === changeId);
  const planned = isEdited ? plan.stages.flatMap(({ changes }) => changes) : [];
  return planned.find(({ change }) => change.id === changeId)?.change;
}
