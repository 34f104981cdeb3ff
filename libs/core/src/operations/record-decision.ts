import type { Actor } from '../audit/actor.js';
import { DecisionLedger } from '../decisions/decision-ledger.js';
import type { DecisionRecord, NewDecision } from '../decisions/decision-record.js';
import { storableText } from '../errors/error-text.js';
import type { Engine } from '../run/engine.js';
import { DecisionRefusedError, InvalidRequestError, type RequestFault } from './operation.errors.js';
import { operatorOf, type OperationContext } from './operation-context.js';

/** Kinds of decisions that say something without a reason, too. */
const WITHOUT_REASON: readonly string[] = ['acknowledge', 'assign', 'snooze', 'withdraw'];

/**
 * Who says it.
 *
 * @param faults What else is wrong with the request.
 * @throws InvalidRequestError with all of them, and where nobody says it, or a kind that needs a reason has none.
 */
export function speakerOf(kind: string, context: OperationContext, faults: readonly RequestFault[]): Actor {
  const { actor } = operatorOf(context);
  const all = [...faults];
  if (!WITHOUT_REASON.includes(kind) && context.reason === undefined)
    all.push({ field: 'reason', problem: `must be given: to ${kind} says nothing without it` });
  if (!actor) all.push({ field: 'actor', problem: 'must be given: a decision is somebody’s' });
  if (!actor || all.length > 0) throw new InvalidRequestError(all);
  return actor;
}

/** @throws DecisionRefusedError where the actor is an agent, a pipeline or a service. */
export function assertHuman({ kind, name }: Actor, decision: string, changeId: string): void {
  if (kind === 'human') return;
  throw new DecisionRefusedError(decision, changeId, `only a human may; "${name}" is of kind ${kind}`);
}

/**
 * Records a decision, and tells of it once it is durable.
 *
 * @throws LedgerTamperedError
 */
export async function recordDecision(
  { store, pipeline, events }: Engine,
  said: Omit<NewDecision, 'reason'>,
  { reason }: OperationContext,
): Promise<DecisionRecord> {
  const { service } = pipeline;
  const whole = { ...said, reason: reason === undefined ? null : storableText(reason) };
  const decision = await new DecisionLedger(store, service).append(whole);
  events.publish('decision.recorded', { service, decision });
  return decision;
}
