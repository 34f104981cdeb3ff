import { momentOf } from '../audit/store-time.js';
import type { Operator } from '../audit/actor.js';
import { operatorOf, type Operation } from '../operations/operation-context.js';
import type { Engine } from '../run/engine.js';
import type { AlertCause } from './alert.js';
import { AlertOutbox, type KeptAlert } from './alert-outbox.js';
import { UnknownAlertError } from './alert.errors.js';
import { withoutDead, type Delivery } from './stored-alert.js';

/** How far a message has come on a channel. All times are on the audit store's clock: ISO 8601, UTC. */
export interface AlertDeliveryState {
  readonly channel: string;
  /** `opened`, `resolved`, `reminder-1` … */
  readonly message: string;
  /** `dead`: it was tried as often as the settings have it, and is not tried any more. */
  readonly state: 'delivered' | 'waiting' | 'dead';
  readonly attempts: number;
  /** When it was delivered, is tried next, or was given up. */
  readonly at: string;
  /** Why the last attempt failed. */
  readonly error?: string;
}

/** An alert as the outbox has it. */
export interface AlertSummary extends AlertCause {
  readonly id: string;
  /** On the audit store's clock: ISO 8601, UTC. */
  readonly openedAt: string;
  /** Absent while its cause is there. */
  readonly resolvedAt?: string;
  /** Who has had its dead letters tried anew last, why, and when: ISO 8601, UTC. */
  readonly resent?: Partial<Operator> & { readonly at: string };
  /** Of messages that were tried at least once. */
  readonly deliveries: readonly AlertDeliveryState[];
}

/** Which alerts are listed. */
export interface AlertListRequest {
  /** Only those with a message that is not tried any more. */
  readonly dead?: boolean;
}

/** The alerts that are kept, the oldest first. Takes no lock and writes nothing. */
export async function alertList(
  engine: Engine,
  { dead = false }: AlertListRequest = {},
): Promise<AlertSummary[]> {
  const alerts: AlertSummary[] = [];
  for await (const kept of outboxOf(engine).read()) alerts.push(summaryOf(kept));
  return alerts
    .filter(({ deliveries }) => !dead || deliveries.some(({ state }) => state === 'dead'))
    .sort((one, other) => one.openedAt.localeCompare(other.openedAt));
}

/**
 * Has every dead letter of an alert tried anew, at once.
 *
 * @returns how many there were.
 * @throws UnknownAlertError
 */
export async function alertResend(engine: Engine, id: string, operation: Operation): Promise<number> {
  const { store, pipeline, events } = engine;
  const operator = operatorOf(operation);
  const at = await store.now();
  const counts: number[] = [];
  await outboxOf(engine).update(id, (stored) => {
    const { alert, revived } = withoutDead(stored);
    counts.push(revived);
    return revived > 0 ? { ...alert, resent: { at, ...operator } } : undefined;
  });
  const messages = counts.at(-1);
  if (messages === undefined) throw new UnknownAlertError(id);
  const { service } = pipeline;
  if (messages > 0) events.publish('alert.resent', { service, alertId: id, messages, ...operator });
  return messages;
}

function outboxOf({ store, pipeline }: Engine): AlertOutbox {
  return new AlertOutbox(store, pipeline.service);
}

function summaryOf({ id, alert }: KeptAlert): AlertSummary {
  const { kind, subject, about, title, text, guidance, command, openedAt, resolvedAt, resent } = alert;
  const deliveries = Object.entries(alert.deliveries).flatMap(([channel, byMessage]) =>
    Object.entries(byMessage).map(([message, delivery]) => stateOf(channel, message, delivery)),
  );
  return {
    id,
    kind,
    subject,
    about,
    title,
    text,
    guidance,
    command,
    openedAt: momentOf(openedAt),
    ...(resolvedAt !== undefined && { resolvedAt: momentOf(resolvedAt) }),
    ...(resent && { resent: { ...resent, at: momentOf(resent.at) } }),
    deliveries,
  };
}

function stateOf(channel: string, message: string, delivery: Delivery): AlertDeliveryState {
  const { attempts, notBefore, deliveredAt, deadAt, error } = delivery;
  const rest = { channel, message, attempts, ...(error !== undefined && { error }) };
  if (deliveredAt !== undefined) return { ...rest, state: 'delivered', at: momentOf(deliveredAt) };
  return deadAt === undefined
    ? { ...rest, state: 'waiting', at: momentOf(notBefore) }
    : { ...rest, state: 'dead', at: momentOf(deadAt) };
}
