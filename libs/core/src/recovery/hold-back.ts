import { momentOf } from '../audit/store-time.js';
import type { ChangeDescriptor } from '../change/change-descriptor.js';
import { mayRun, whyUnapproved, type ApprovalStanding } from '../decisions/approval.js';
import { triedOf, type Tried, type TriedEntry } from './back-off.js';
import { circuitState, isWithin, type Circuit } from './circuit.js';
import type { Decision } from './recovery-decision.js';

/** What keeps changes from being executed now that could be. */
export interface HoldFacts {
  /** Store time: milliseconds since 1970. */
  readonly now: number;
  /** By target system; those that were never told to have failed are absent. */
  readonly circuits: ReadonlyMap<string, Circuit>;
  /** Of those that people have to approve, by the id of the change. */
  readonly approvals?: ReadonlyMap<string, ApprovalStanding>;
}

/** Nothing is held back. */
export const NO_HOLD: HoldFacts = { now: Infinity, circuits: new Map() };

/** A change that may be held back, as it is planned. */
export interface Holdable extends Decision {
  readonly change: Pick<ChangeDescriptor, 'id' | 'recovery' | 'recoveryRetry' | 'source' | 'target'>;
  readonly entry: TriedEntry | undefined;
}

/**
 * The decision about a change, or `WAIT` where it is too early for it: what starts try again waits for its pause, what
 * people have to approve waits for them, and a target system that has failed too often is left alone. One that was tried
 * as often as its author wants is left to a person, once its marker or `@Verify()` has been asked.
 */
export function heldBack(
  { change, entry, action, reason }: Holdable,
  { now, circuits, approvals }: HoldFacts,
): Decision {
  const decision = { action, reason };
  if (action !== 'EXECUTE' && action !== 'RECONCILE') return decision;
  const tried = entry && triedOf(change, entry);
  if (tried?.isLast && action === 'EXECUTE')
    return { action: 'MANUAL_INTERVENTION', reason: `it was tried ${timesOf(tried.times)}: ${reason}` };
  const approval = approvals?.get(change.id);
  if (approval && !mayRun(approval)) return { action: 'WAIT', reason: whyUnapproved(approval) };
  const circuit = circuits.get(change.target.id);
  const byCircuit = circuit && heldByCircuit(circuit, now);
  // A marker is read at once: it may prove that nothing is left to try.
  const isBackingOff = tried && !tried.isLast && (action === 'EXECUTE' || entry.txStrategy === 'NON_TX');
  const byTries =
    isBackingOff && isWithin(now, tried.since, tried.notBefore) ? heldByTries(reason, tried) : undefined;
  const holds = [byCircuit, byTries].filter((hold) => hold !== undefined);
  return holds.sort((a, b) => b.notBefore - a.notBefore)[0] ?? decision;
}

/** Why a change waits for its target system; `undefined` where it need not. */
export function heldByCircuit(circuit: Circuit, now: number): Held | undefined {
  if (circuitState(circuit, now) !== 'open') return undefined;
  return { action: 'WAIT', reason: openReason(circuit), notBefore: circuit.until };
}

/** The decision to wait. */
export interface Held extends Required<Decision> {
  readonly action: 'WAIT';
}

function heldByTries(reason: string, { times, notBefore }: Tried): Held {
  return { action: 'WAIT', reason: `${reason}; it was tried ${timesOf(times)}`, notBefore };
}

/** Why a circuit leaves changes out. */
function openReason({ targetSystem, failures, since, error }: Circuit): string {
  const from = momentOf(since);
  return `the circuit of target system "${targetSystem}" is open: it has failed ${timesOf(failures)} since ${from}, the last time with ${error}`;
}

function timesOf(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}
