import type { Actor, ActorKind } from '../audit/actor.js';

/**
 * What is said about a change or an issue.
 *
 * - `approve`, `reject`, `withdraw`: of a change that is to run, or of a proposal; `withdraw` takes back the actor's
 *   own approval or rejection.
 * - `propose`: how an issue is to be resolved.
 * - `acknowledge`, `assign`, `comment`, `snooze`: about the work on an issue.
 * - `review`: an emergency run was looked at afterwards.
 */
export type DecisionKind =
  'approve' | 'reject' | 'withdraw' | 'propose' | 'acknowledge' | 'assign' | 'comment' | 'snooze' | 'review';

/** A decision that is to be recorded. */
export interface NewDecision {
  readonly kind: DecisionKind;
  readonly changeId: string;
  /**
   * What exactly it is about: `change:` with the approval digest of the code, or `issue:` with the `seq` and the `hash`
   * of the entry that opened it. It says nothing about what comes after.
   */
  readonly about: string;
  readonly actor: Actor;
  /** Why, in the actor's words. */
  readonly reason: string | null;
  /** What belongs to a kind: `assignee`, `until`, `resolution`, `expiresAt`. */
  readonly details: Readonly<Record<string, string>>;
}

/** A decision as the ledger has it. Written once, never changed. */
export interface DecisionRecord {
  readonly service: string;
  /** Position in the service's ledger: 1, 2, 3 … without a gap. */
  readonly seq: number;
  readonly kind: DecisionKind;
  readonly changeId: string;
  readonly about: string;
  readonly actorKind: ActorKind;
  readonly actorName: string;
  /** What the actor used, such as `cli`. */
  readonly via: string | null;
  readonly reason: string | null;
  readonly details: Readonly<Record<string, string>>;
  /** On the audit store's clock: ISO 8601, UTC, milliseconds. */
  readonly createdAt: string;
  /** `hash` of the decision before, or `GENESIS_HASH` for the first. */
  readonly prevHash: string;
  /** SHA-256 in hexadecimal over every other field. */
  readonly hash: string;
}
