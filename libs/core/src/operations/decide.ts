import type { Actor } from '../audit/actor.js';
import type { AuditEntry } from '../audit/audit-entry.js';
import { isApplied } from '../audit/audit-state.js';
import { renamingOf } from '../audit/renaming.js';
import { A_NAME, isName } from '../change/names.js';
import { DecisionLedger } from '../decisions/decision-ledger.js';
import { decisionsAbout } from '../decisions/decisions-about.js';
import type { DecisionKind, DecisionRecord } from '../decisions/decision-record.js';
import {
  aboutEntry,
  isSameName,
  RESOLUTIONS,
  workOn,
  type ChangeWork,
  type ProposedResolution,
} from '../decisions/issue-work.js';
import { storableText } from '../errors/error-text.js';
import { shown } from '../errors/option-names.js';
import type { Engine } from '../run/engine.js';
import { assertOpen } from '../run/plan-checks.js';
import { historyOf } from './audit-list.js';
import { observe } from './at-work.js';
import { findIssues, noIssue } from './issues.js';
import { assertKnown } from './known-changes.js';
import { DecisionRefusedError, InvalidRequestError, type RequestFault } from './operation.errors.js';
import { operatorOf, type OperationContext } from './operation-context.js';

/** Kinds of decisions that are about the work on an issue, or on an undo. */
export type IssueDecisionKind = Exclude<DecisionKind, 'review'>;

/** What is said about an issue, or, with the resolution `UNDONE`, about an applied change. */
export interface IssueDecisionRequest {
  readonly kind: IssueDecisionKind;
  readonly changeId: string;
  /** Of `assign`: who is to work on it; an empty text: nobody. */
  readonly assignee?: string;
  /** Of `snooze`: until when nobody is to be reminded. ISO 8601, or a date. In the future. */
  readonly until?: string | Date;
  /** Of `propose`: how it is to end. */
  readonly resolution?: ProposedResolution;
}

/** What belongs to a kind of decision besides the change. */
type Rule = (request: IssueDecisionRequest) => RequestFault[];

const nothing: Rule = () => [];
const NEEDS: Readonly<Record<IssueDecisionKind, Rule>> = {
  acknowledge: nothing,
  comment: nothing,
  approve: nothing,
  reject: nothing,
  withdraw: nothing,
  assign: ({ assignee }) =>
    assignee === '' || isName(assignee) ? [] : [faultOf('assignee', `${A_NAME}, or empty`, assignee)],
  snooze: ({ until }) =>
    Number.isNaN(timeOf(until)) ? [faultOf('until', 'a date such as 2026-01-31T08:00:00Z', until)] : [],
  propose: ({ resolution }) =>
    RESOLUTIONS.some((one) => one === resolution)
      ? []
      : [faultOf('resolution', `one of ${RESOLUTIONS.join(', ')}`, resolution)],
};
/** Kinds that say nothing without a reason. */
const WITH_REASON: readonly IssueDecisionKind[] = ['comment', 'propose', 'approve', 'reject'];

/**
 * Records what somebody says about an issue. It takes no lock, and changes nothing about what runs by itself.
 *
 * @throws InvalidRequestError for a request or a context that makes no sense; UnknownChangeError; NoIssueError where
 * the change has none; DecisionRefusedError where the actor may not say that; LedgerTamperedError.
 */
export async function decideIssue(
  engine: Engine,
  request: IssueDecisionRequest,
  context: OperationContext,
): Promise<DecisionRecord> {
  const actor = assertSayable(request, context);
  const { kind, changeId } = request;
  const { pipeline, store } = engine;
  await store.prepare();
  const ledger = new DecisionLedger(store, pipeline.service);
  const { entry, work } = await subjectOf(engine, ledger, request);
  const details = detailsOf(request, work);
  await assertAllowed(engine, request, actor, work);
  const reason = context.reason === undefined ? null : storableText(context.reason);
  const decision = await ledger.append({
    kind,
    changeId,
    about: aboutEntry(entry),
    actor,
    reason,
    details,
  });
  engine.events.publish('decision.recorded', { service: pipeline.service, decision });
  return decision;
}

/** The work on a change as history and ledger have it now. */
export async function workOf(engine: Engine, ledger: DecisionLedger, changeId: string): Promise<ChangeWork> {
  const history = await historyOf(engine, changeId);
  return workOn(history, await decisionsAbout(ledger, changeId));
}

function assertSayable(request: IssueDecisionRequest, context: OperationContext): Actor {
  const { kind } = request;
  const { actor } = operatorOf(context);
  const faults: RequestFault[] = Object.hasOwn(NEEDS, kind)
    ? NEEDS[kind](request)
    : [faultOf('kind', `one of ${Object.keys(NEEDS).join(', ')}`, kind)];
  if (WITH_REASON.includes(kind) && context.reason === undefined)
    faults.push({ field: 'reason', problem: `must be given: to ${kind} says nothing without it` });
  if (!actor) faults.push({ field: 'actor', problem: 'must be given: a decision is somebody’s' });
  if (!actor || faults.length > 0) throw new InvalidRequestError(faults);
  return actor;
}

/** What the decision is about: the last entry of an issue, or of an applied change that is to be undone. */
async function subjectOf(
  engine: Engine,
  ledger: DecisionLedger,
  { kind, changeId, resolution }: IssueDecisionRequest,
): Promise<{ readonly entry: AuditEntry; readonly work: ChangeWork }> {
  const observed = await observe(engine);
  assertKnown(changeId, engine.pipeline, observed.snapshot);
  assertOpen(engine.pipeline.service, renamingOf(observed.snapshot));
  const work = await workOf(engine, ledger, changeId);
  const issue = findIssues(engine, observed).find(({ entry }) => entry.changeId === changeId);
  const entry = issue?.entry ?? observed.snapshot.get(changeId);
  const asked = kind === 'propose' ? resolution : work.proposal?.resolution;
  const isUndo = asked === 'UNDONE' && entry && isApplied(entry.state);
  if (entry && (isUndo || (issue && asked !== 'UNDONE'))) return { entry, work };
  throw noIssue(engine, changeId, observed);
}

function detailsOf(
  { kind, assignee = '', until, resolution }: IssueDecisionRequest,
  { proposal }: ChangeWork,
): Record<string, string> {
  switch (kind) {
    case 'assign':
      return { assignee };
    case 'snooze':
      return { until: new Date(timeOf(until)).toISOString() };
    case 'propose':
      return { resolution: resolution ?? '' };
    case 'approve':
    case 'reject':
    case 'withdraw':
      return proposal ? { proposal: String(proposal.seq), resolution: proposal.resolution } : {};
    case 'acknowledge':
    case 'comment':
      return {};
  }
}

async function assertAllowed(
  { store }: Engine,
  { kind, changeId, until }: IssueDecisionRequest,
  actor: Actor,
  { proposal }: ChangeWork,
): Promise<void> {
  const refuse = (why: string): never => {
    throw new DecisionRefusedError(kind, changeId, why);
  };
  if (kind === 'snooze' && timeOf(until) <= (await store.now())) refuse('that time is over already');
  if (kind !== 'approve' && kind !== 'reject' && kind !== 'withdraw') return;
  if (actor.kind !== 'human') refuse(`only a human may; "${actor.name}" is of kind ${actor.kind}`);
  if (!proposal) return refuse('nothing is proposed about it as it is now');
  if (isSameName(proposal.by, actor.name)) refuse(`"${actor.name}" has proposed it: another person has to`);
}

function timeOf(until: string | Date | undefined): number {
  return new Date(until ?? NaN).getTime();
}

function faultOf(field: string, rule: string, value: unknown): RequestFault {
  return { field, problem: `must be ${rule}, not ${shown(value)}` };
}
