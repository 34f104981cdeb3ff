import { readMetadata } from '../audit/entry-metadata.js';
import { renamingOf } from '../audit/renaming.js';
import type { AuditSnapshot } from '../audit/audit-snapshot.js';
import type { ChangeDescriptor } from '../change/change-descriptor.js';
import { aboutCode, approvalDigest, type ApprovalStanding } from '../decisions/approval.js';
import { ApprovalReader } from '../decisions/approval-reader.js';
import { DecisionLedger } from '../decisions/decision-ledger.js';
import type { DecisionRecord } from '../decisions/decision-record.js';
import { aboutEntry, isSameName } from '../decisions/issue-work.js';
import { planExecution } from '../plan/execution-planner.js';
import type { Engine } from '../run/engine.js';
import { assertOpen } from '../run/plan-checks.js';
import { observe } from './at-work.js';
import { assertKnown } from './known-changes.js';
import { DecisionRefusedError } from './operation.errors.js';
import type { OperationContext } from './operation-context.js';
import { assertHuman, recordDecision, speakerOf } from './record-decision.js';

/** What is said about a change that is to run. */
export interface ApprovalRequest {
  readonly kind: 'approve' | 'reject' | 'withdraw';
  readonly changeId: string;
  /** Refused unless the code that this process has loaded is that one, as `plan` shows it. */
  readonly digest?: string;
}

const KINDS: readonly string[] = ['approve', 'reject', 'withdraw'] satisfies ApprovalRequest['kind'][];
const UNKNOWN_KIND = { field: 'kind', problem: `must be one of ${KINDS.join(', ')}` };

/** A pending change that needs approval. */
export interface PendingApproval extends Omit<ApprovalStanding, 'changeId'> {
  readonly changeId: string;
  readonly stage: string;
  readonly author: string;
}

/**
 * The pending changes that need approval, in pipeline order. Takes no lock and writes nothing.
 *
 * @throws LedgerTamperedError
 */
export async function approvalList(engine: Engine): Promise<PendingApproval[]> {
  const { snapshot } = await observe(engine);
  const pending = pendingOf(engine, snapshot);
  const reader = new ApprovalReader(engine.store, engine.pipeline.service, engine.settings.approvals);
  const standings = await reader.read(pending);
  return pending.flatMap((change) => {
    const standing = standings.get(change.id);
    return standing ? [{ ...standing, stage: change.stage, author: change.author }] : [];
  });
}

/** A change that ran without approval, and that nobody has reviewed since. */
export interface EmergencyRun {
  readonly changeId: string;
  readonly stage: string;
  /** Why it ran. */
  readonly emergency: string;
  /** When that was recorded, on the audit store's clock: ISO 8601, UTC. */
  readonly recordedAt: string;
  readonly host: string;
}

/**
 * The changes whose last execution was an emergency that nobody has reviewed. Takes no lock and writes nothing.
 *
 * @throws LedgerTamperedError
 */
export async function emergencyList(engine: Engine): Promise<EmergencyRun[]> {
  return emergenciesIn(engine, (await observe(engine)).snapshot);
}

/** What {@link emergencyList} lists, from what was read before. The ledger is read only where there may be some. */
export async function emergenciesIn(engine: Engine, snapshot: AuditSnapshot): Promise<EmergencyRun[]> {
  const forced = [...snapshot.values()].filter((entry) => readMetadata(entry).emergency !== undefined);
  if (forced.length === 0) return [];
  const reviewed = new Set<string>();
  for await (const { kind, about } of new DecisionLedger(engine.store, engine.pipeline.service).read())
    if (kind === 'review') reviewed.add(about);
  return forced
    .filter((entry) => !reviewed.has(aboutEntry(entry)))
    .map((entry) => ({
      changeId: entry.changeId,
      stage: entry.stage,
      emergency: readMetadata(entry).emergency ?? '',
      recordedAt: entry.createdAt,
      host: entry.hostname,
    }));
}

/**
 * Records that somebody has looked at an emergency run afterwards. It takes no lock.
 *
 * @throws InvalidRequestError, UnknownChangeError; DecisionRefusedError where the actor may not say that, or there is
 * nothing to review; LedgerTamperedError.
 */
export async function reviewEmergency(
  engine: Engine,
  changeId: string,
  context: OperationContext,
): Promise<DecisionRecord> {
  const actor = speakerOf('review', context, []);
  const { pipeline } = engine;
  const { snapshot } = await observe(engine);
  assertKnown(changeId, pipeline, snapshot);
  const open = (await emergencyList(engine)).some((run) => run.changeId === changeId);
  const entry = snapshot.get(changeId);
  if (!entry || !open)
    throw new DecisionRefusedError('review', changeId, 'it has no emergency run that waits for a review');
  assertHuman(actor, 'review', changeId);
  return recordDecision(
    engine,
    { kind: 'review', changeId, about: aboutEntry(entry), actor, details: {} },
    context,
  );
}

/**
 * Records that somebody approves or rejects a pending change as its code is here and now. It takes no lock.
 *
 * @throws InvalidRequestError, UnknownChangeError; DecisionRefusedError where the actor may not say that, or the change
 * is not pending, or its code is another; LedgerTamperedError.
 */
export async function decideChange(
  engine: Engine,
  { kind, changeId, digest }: ApprovalRequest,
  context: OperationContext,
): Promise<DecisionRecord> {
  const isKnown = KINDS.includes(kind);
  const actor = speakerOf(kind, context, isKnown ? [] : [UNKNOWN_KIND]);
  const { store, pipeline } = engine;
  await store.prepare();
  const { snapshot } = await observe(engine);
  assertKnown(changeId, pipeline, snapshot);
  assertOpen(pipeline.service, renamingOf(snapshot));
  const change = pendingOf(engine, snapshot).find(({ id }) => id === changeId);
  const refuse = (why: string): never => {
    throw new DecisionRefusedError(kind, changeId, why);
  };
  if (!change) return refuse('it is not pending here: there is nothing to run');
  const code = approvalDigest(change) ?? refuse('its code cannot be told, so that nothing could be approved');
  if (digest !== undefined && digest !== code) refuse(`its code here has the digest ${code}, not ${digest}`);
  assertHuman(actor, kind, changeId);
  if (kind === 'approve' && isSameName(actor.name, change.author))
    refuse(`"${actor.name}" is its author: another person has to`);
  return recordDecision(engine, { kind, changeId, about: aboutCode(code), actor, details: {} }, context);
}

function pendingOf({ pipeline }: Engine, snapshot: AuditSnapshot): ChangeDescriptor[] {
  return planExecution(pipeline, snapshot)
    .stages.flatMap(({ changes }) => changes)
    .filter(({ action }) => action !== 'SKIP')
    .map(({ change }) => change);
}
