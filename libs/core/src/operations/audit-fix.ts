import type { AuditRecord } from '../audit/audit-entry.js';
import type { ChangeFacts } from '../audit/audit-journal.js';
import { createSnapshot, type AuditSnapshot } from '../audit/audit-snapshot.js';
import type { AuditState } from '../audit/audit-state.js';
import type { ChangeDescriptor } from '../change/change-descriptor.js';
import { fingerprinted } from '../change/fingerprint.js';
import { subjectOf, txStrategyOf } from '../executor/change-executor.js';
import type { Engine } from '../run/engine.js';
import type { ExclusiveSession } from '../run/exclusive-session.js';
import { planExecution } from '../plan/execution-planner.js';
import { toldEdits } from '../run/plan-checks.js';
import type { Decision } from '../recovery/recovery-decision.js';
import { assertApproved } from './approved-resolution.js';
import { exclusively } from './exclusively.js';
import { findIssues, nextFor, noIssue } from './issues.js';
import { assertKnown } from './known-changes.js';
import { operatorMetadata, operatorOf, type Operation } from './operation-context.js';
import { assertCurrent } from './view.errors.js';

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
  operation: Operation,
): Promise<AuditFixResult> {
  return exclusively(engine, operation, (session) => record(engine, request, operation, session));
}

async function record(
  engine: Engine,
  request: AuditFixRequest,
  operation: Operation,
  { journal, snapshot }: ExclusiveSession,
): Promise<AuditFixResult> {
  const { changeId, resolution = 'EXECUTED' } = request;
  const { subject, fingerprint, isIssue } = subjectOfFix(engine, request, snapshot);
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

/** What the finding is about, and the code of which it says that it is applied, where it says that of any. */
interface FixSubject {
  readonly subject: ChangeFacts;
  readonly fingerprint: AuditRecord['metadata'];
  /** False where the question is only which change it is. */
  readonly isIssue: boolean;
}

function subjectOfFix(engine: Engine, request: AuditFixRequest, snapshot: AuditSnapshot): FixSubject {
  const { changeId } = request;
  assertKnown(changeId, engine.pipeline, snapshot);
  assertCurrent(request, snapshot.get(changeId));
  const change = changeInDoubt(engine, request, snapshot);
  if (change) {
    const fingerprint = request.resolution === 'ROLLED_BACK' ? {} : fingerprinted(change.source);
    const subject = subjectOf(change, txStrategyOf(change, engine.store));
    return { subject, fingerprint, isIssue: false };
  }
  const issue = findIssues(engine, { snapshot }).find(({ entry }) => entry.changeId === changeId);
  if (issue) return { subject: issue.entry, fingerprint: {}, isIssue: true };
  throw noIssue(engine, changeId, { snapshot });
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
