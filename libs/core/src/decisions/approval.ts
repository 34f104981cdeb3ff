import { hash } from 'node:crypto';
import type { AuditRecord } from '../audit/audit-entry.js';
import { writeMetadata } from '../audit/entry-metadata.js';
import type { ChangeDescriptor } from '../change/change-descriptor.js';
import type { ApprovalNeed } from '../change/change-metadata.js';
import { storableText } from '../errors/error-text.js';
import type { DecisionRecord } from './decision-record.js';
import { isSameName, lastWordOfEach, type Saying } from './issue-work.js';

/** Hexadecimal digits of a digest: 128 bits. */
const DIGITS = 32;

/** Says who belongs to which groups, from the application's own users. */
export interface ApproverDirectory {
  /** Names of the groups of a person, as decisions name it; none for one that is unknown. */
  groupsOf(name: string): Promise<readonly string[]>;
}

/** An approval that counts, with its place in the ledger. */
export interface Approval extends Saying {
  readonly seq: number;
  readonly hash: string;
}

/** Whether a change may run. */
export interface ApprovalStanding {
  readonly changeId: string;
  /** Of the code that an approval is bound to: any edit makes another. */
  readonly digest: string;
  readonly need: ApprovalNeed;
  readonly approvedBy: readonly Approval[];
  readonly rejectedBy: readonly Saying[];
  /** How many approvals are missing; 0 does not help where one has rejected it. */
  readonly missing: number;
  readonly isApproved: boolean;
  /** Why it runs without approval this time. */
  readonly emergency?: string;
}

/** What an approval of a change rests on besides the decisions about it. */
export interface ApprovalFacts {
  /** Store time: milliseconds since 1970. */
  readonly now: number;
  /** Groups by the name of a person. */
  readonly groups: ReadonlyMap<string, readonly string[]>;
}

/**
 * Digest of all that an approval is about: id, place, author, target system, flags, and the code of the methods, which is
 * the same under every compiler. `undefined` where the code cannot be told.
 */
export function approvalDigest(change: ChangeDescriptor): string | undefined {
  const { source, target } = change;
  if (!source) return undefined;
  const code = source.code === '' ? source.text : source.code;
  const facts = [
    change.id,
    change.order,
    change.stage,
    change.author,
    change.className,
    target.id,
    change.transactional,
    change.recovery,
    code,
  ];
  return hash('sha256', JSON.stringify(facts)).slice(0, DIGITS);
}

/** Names the code that a decision is about. */
export function aboutCode(digest: string): string {
  return `change:${digest}`;
}

/** Those who have said something about this code last; their groups are to be asked for. */
export function approversOf(digest: string, decisions: readonly DecisionRecord[]): string[] {
  return lastWordOfEach(decisions.filter(({ about }) => about === aboutCode(digest)))
    .filter(({ kind }) => kind === 'approve')
    .map(({ actorName }) => actorName);
}

/**
 * Whether enough people stand by a change as its code is. The last word of each counts, of humans only, and never that of
 * its author; one rejection outweighs all approvals.
 *
 * @param decisions Those about the change, the oldest first.
 */
export function standingOf(
  { id, author }: Pick<ChangeDescriptor, 'id' | 'author'>,
  digest: string,
  need: ApprovalNeed,
  decisions: readonly DecisionRecord[],
  facts: ApprovalFacts,
): ApprovalStanding {
  const words = lastWordOfEach(decisions.filter(({ about }) => about === aboutCode(digest)));
  const counts = (word: DecisionRecord): boolean =>
    word.kind === 'approve' &&
    !isSameName(word.actorName, author) &&
    isValid(word, need, facts.now) &&
    isMember(word.actorName, need, facts.groups);
  const approvedBy = words.filter(counts).map(approvalOf);
  const rejectedBy = words.filter(({ kind }) => kind === 'reject').map(approvalOf);
  const missing = Math.max(need.count - approvedBy.length, 0);
  const isApproved = missing === 0 && rejectedBy.length === 0;
  return { changeId: id, digest, need, approvedBy, rejectedBy, missing, isApproved };
}

/** True where the change is approved, or runs all the same. */
export function mayRun({ isApproved, emergency }: ApprovalStanding): boolean {
  return isApproved || emergency !== undefined;
}

/** What the entries of its execution say of it: the decisions that let it run, or why it ran without. */
export function approvalMetadata(approval: ApprovalStanding | undefined): AuditRecord['metadata'] {
  if (!approval) return {};
  const { isApproved, approvedBy, emergency = '' } = approval;
  if (!isApproved) return writeMetadata({ emergency: storableText(emergency) });
  return writeMetadata({ approvals: approvedBy.map(({ seq, hash: of }) => `${seq}:${of}`).join(' ') });
}

/** Why a change may not run yet, as a sentence goes on. */
export function whyUnapproved({ need, missing, rejectedBy }: ApprovalStanding): string {
  if (rejectedBy.length > 0) return `it was rejected by ${rejectedBy.map(({ by }) => by).join(', ')}`;
  const of = need.groups ? ` of ${need.groups.join(' or ')}` : '';
  return `${missing} of ${need.count} ${need.count === 1 ? 'approval' : 'approvals'}${of} ${missing === 1 ? 'is' : 'are'} missing`;
}

function isValid({ createdAt }: DecisionRecord, { validMs = Infinity }: ApprovalNeed, now: number): boolean {
  return Date.parse(createdAt) + validMs > now;
}

function isMember(name: string, { groups }: ApprovalNeed, memberships: ApprovalFacts['groups']): boolean {
  return !groups || (memberships.get(name) ?? []).some((group) => groups.includes(group));
}

function approvalOf({ actorName, createdAt, reason, seq, hash: decisionHash }: DecisionRecord): Approval {
  return { by: actorName, at: createdAt, reason, seq, hash: decisionHash };
}
