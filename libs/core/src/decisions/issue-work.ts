import type { AuditEntry } from '../audit/audit-entry.js';
import { isSettledState } from '../audit/audit-state.js';
import type { DecisionRecord } from './decision-record.js';

/** How an issue, or an undo, is to end. `UNDONE`: by `undo`; the others by `audit fix`. */
export type ProposedResolution = 'EXECUTED' | 'ROLLED_BACK' | 'UNDONE';

/** Every resolution that can be proposed. */
export const RESOLUTIONS = [
  'EXECUTED',
  'ROLLED_BACK',
  'UNDONE',
] as const satisfies readonly ProposedResolution[];

/** Who said something, and when. */
export interface Saying {
  readonly by: string;
  /** On the audit store's clock: ISO 8601, UTC. */
  readonly at: string;
  readonly reason: string | null;
}

/** The resolution that was proposed last, with what others have said about it. */
export interface Proposal extends Saying {
  readonly resolution: ProposedResolution;
  /** `seq` of its decision. */
  readonly seq: number;
  /** Others than the one who proposed it, each once. */
  readonly approvedBy: readonly Saying[];
  readonly rejectedBy: readonly Saying[];
}

/** What was decided about a change since it is as it is. */
export interface ChangeWork {
  readonly acknowledged?: Saying;
  readonly assignee?: string;
  /** Until when nobody is to be reminded of it: ISO 8601. */
  readonly snoozedUntil?: string;
  /** Absent where none was made about its last entry. */
  readonly proposal?: Proposal;
  readonly comments: readonly Saying[];
}

/** Names the state of a change that a decision is about: that of its last entry. */
export function aboutEntry({ seq, hash }: Pick<AuditEntry, 'seq' | 'hash'>): string {
  return `issue:${seq}:${hash}`;
}

/**
 * The work on a change. Who works on it, and what was said, holds until it is settled; a proposal and its approvals
 * are about one entry, and void once there is a later one.
 *
 * @param history Entries of the change, the oldest first.
 * @param decisions Those about the change, the oldest first.
 */
export function workOn(history: readonly AuditEntry[], decisions: readonly DecisionRecord[]): ChangeWork {
  const last = history.at(-1);
  if (!last) return { comments: [] };
  const settled = history.findLast(({ state }, index) => index < history.length - 1 && isSettledState(state));
  const current = decisions.filter(({ about }) => seqOf(about) > (settled?.seq ?? 0));
  const lastOf = (kind: DecisionRecord['kind']) => current.findLast((one) => one.kind === kind);
  const [acknowledged, assigned, snoozed] = [lastOf('acknowledge'), lastOf('assign'), lastOf('snooze')];
  const proposal = proposalIn(current.filter(({ about }) => about === aboutEntry(last)));
  const assignee = assigned?.details['assignee'];
  const until = snoozed?.details['until'];
  return {
    ...(acknowledged && { acknowledged: sayingOf(acknowledged) }),
    ...(assignee !== undefined && assignee !== '' && { assignee }),
    ...(until !== undefined && { snoozedUntil: until }),
    ...(proposal && { proposal }),
    comments: current.filter(({ kind }) => kind === 'comment').map(sayingOf),
  };
}

/** How many more approvals a proposal of this resolution needs; `needed` where there is none. */
export function missingApprovals(
  { proposal }: ChangeWork,
  resolution: ProposedResolution,
  needed: number,
): number {
  if (proposal?.resolution !== resolution || proposal.rejectedBy.length > 0) return needed;
  return Math.max(needed - proposal.approvedBy.length, 0);
}

function proposalIn(decisions: readonly DecisionRecord[]): Proposal | undefined {
  const proposed = decisions.findLast(({ kind }) => kind === 'propose');
  if (!proposed) return undefined;
  const since = decisions.filter(({ seq }) => seq > proposed.seq);
  const standing = lastWordOfEach(since).filter(
    ({ actorName }) => !isSameName(actorName, proposed.actorName),
  );
  return {
    ...sayingOf(proposed),
    resolution: proposed.details['resolution'] as ProposedResolution,
    seq: proposed.seq,
    approvedBy: standing.filter(({ kind }) => kind === 'approve').map(sayingOf),
    rejectedBy: standing.filter(({ kind }) => kind === 'reject').map(sayingOf),
  };
}

/** Of each human the last approval, rejection or withdrawal of it. */
export function lastWordOfEach(decisions: readonly DecisionRecord[]): DecisionRecord[] {
  const words = decisions.filter(
    ({ kind, actorKind }) =>
      actorKind === 'human' && (kind === 'approve' || kind === 'reject' || kind === 'withdraw'),
  );
  return [...new Map(words.map((word) => [nameKey(word.actorName), word])).values()];
}

/** True for two spellings of one name. */
export function isSameName(one: string, other: string): boolean {
  return nameKey(one) === nameKey(other);
}

function nameKey(name: string): string {
  return name.trim().normalize('NFKC').toLowerCase();
}

function seqOf(about: string): number {
  const [what, seq] = about.split(':');
  return what === 'issue' ? Number(seq) : 0;
}

function sayingOf({ actorName, createdAt, reason }: DecisionRecord): Saying {
  return { by: actorName, at: createdAt, reason };
}
