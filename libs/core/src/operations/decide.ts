import type { Actor } from '../audit/actor.js';
import type { AuditEntry } from '../audit/audit-entry.js';
import { isApplied } from '../audit/audit-state.js';
import { renamingOf } from '../audit/renaming.js';
import { A_NAME, isName } from '../change/names.js';
import type { DecisionKind, DecisionRecord } from '../decisions/decision-record.js';
import {
  aboutEntry,
  isSameName,
  RESOLUTIONS,
  type ChangeWork,
  type ProposedResolution,
} from '../decisions/issue-work.js';
import { shown } from '../errors/option-names.js';
import type { Engine } from '../run/engine.js';
import { assertOpen } from '../run/plan-checks.js';
import { observe } from './at-work.js';
import { workOf } from './change-work.js';
import { findIssues, noIssue } from './issues.js';
import { assertKnown } from './known-changes.js';
import { DecisionRefusedError, type RequestFault } from './operation.errors.js';
import type { OperationContext } from './operation-context.js';
import { assertHuman, recordDecision, speakerOf } from './record-decision.js';
import { assertCurrent } from './view.errors.js';

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
  /** `seq` of the last entry of the change that was looked at: refused where there is a later one. */
  readonly seq?: number;
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
  const { kind, changeId } = request;
  const actor = speakerOf(kind, context, requestFaults(request));
  await engine.store.prepare();
  const { entry, work } = await subjectOf(engine, request);
  assertCurrent(request, entry);
  await assertAllowed(engine, request, actor, work);
  const said = { kind, changeId, about: aboutEntry(entry), actor, details: detailsOf(request, work) };
  return recordDecision(engine, said, context);
}

function requestFaults(request: IssueDecisionRequest): RequestFault[] {
  const { kind } = request;
  if (Object.hasOwn(NEEDS, kind)) return NEEDS[kind](request);
  return [faultOf('kind', `one of ${Object.keys(NEEDS).join(', ')}`, kind)];
}

/** What the decision is about: the last entry of an issue, or of an applied change that is to be undone. */
async function subjectOf(
  engine: Engine,
  { kind, changeId, resolution }: IssueDecisionRequest,
): Promise<{ readonly entry: AuditEntry; readonly work: ChangeWork }> {
  const observed = await observe(engine);
  assertKnown(changeId, engine.pipeline, observed.snapshot);
  assertOpen(engine.pipeline.service, renamingOf(observed.snapshot));
  const work = await workOf(engine, changeId);
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
  assertHuman(actor, kind, changeId);
  if (!proposal) return refuse('nothing is proposed about it as it is now');
  if (isSameName(proposal.by, actor.name)) refuse(`"${actor.name}" has proposed it: another person has to`);
}

function timeOf(until: string | Date | undefined): number {
  return new Date(until ?? NaN).getTime();
}

function faultOf(field: string, rule: string, value: unknown): RequestFault {
  return { field, problem: `must be ${rule}, not ${shown(value)}` };
}
