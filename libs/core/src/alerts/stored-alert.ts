import type { Operator } from '../audit/actor.js';
import type { RetrySettings } from '../run/engine-settings.js';
import { growingPause } from '../runtime/growing-pause.js';
import type { Runtime } from '../runtime/runtime.js';
import { momentOf } from '../audit/store-time.js';
import type { AlertCause, AlertMessage, AlertPhase } from './alert.js';

/** How far the delivery of one message on one channel is. All times are store time: milliseconds since 1970. */
export interface Delivery {
  readonly attempts: number;
  /** When it is tried next. */
  readonly notBefore: number;
  /** How long it waited last, in milliseconds. */
  readonly pauseMs: number;
  /** Why the last attempt failed. */
  readonly error?: string;
  readonly deliveredAt?: number;
  /** Since when it is not tried any more. */
  readonly deadAt?: number;
}

/** Who has had dead letters tried anew last, why, and when, in store time. */
export interface Resent extends Partial<Operator> {
  readonly at: number;
}

/** An alert as the outbox has it, which has a delivery for each message that was tried on a channel. All times are store time: milliseconds since 1970. */
export interface StoredAlert extends AlertCause {
  readonly openedAt: number;
  readonly resolvedAt?: number;
  /** How many reminders are due by now. */
  readonly reminders: number;
  /** Who is delivering it, and until when nobody else does. */
  readonly lease?: { readonly owner: string; readonly until: number };
  readonly resent?: Resent;
  /** By channel, then by message. */
  readonly deliveries: Readonly<Record<string, Readonly<Record<string, Delivery>>>>;
}

const TEXTS = ['kind', 'subject', 'about', 'title', 'text', 'command'] as const;
const NUMBERS = ['openedAt', 'reminders'] as const;

/** Whether it is what this library writes. A row that somebody has forged must not keep the others from being delivered. */
export function isStoredAlert(value: unknown): value is StoredAlert {
  if (!isObject(value)) return false;
  const { guidance, deliveries, lease, resolvedAt, resent } = value;
  return (
    TEXTS.every((name) => typeof value[name] === 'string') &&
    NUMBERS.every((name) => Number.isSafeInteger(value[name])) &&
    Array.isArray(guidance) &&
    guidance.every((step) => typeof step === 'string') &&
    (resolvedAt === undefined || isMoment(resolvedAt)) &&
    isMoment(value['openedAt']) &&
    (lease === undefined ||
      (isObject(lease) && typeof lease['owner'] === 'string' && isMoment(lease['until']))) &&
    (resent === undefined || isResent(resent)) &&
    isObject(deliveries) &&
    Object.values(deliveries).every((byKey) => isObject(byKey) && Object.values(byKey).every(isDelivery))
  );
}

function isDelivery(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { deliveredAt, deadAt } = value;
  return (
    ['attempts', 'notBefore', 'pauseMs'].every((name) => typeof value[name] === 'number') &&
    [deliveredAt, deadAt].every((at) => at === undefined || isMoment(at))
  );
}

function isResent(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { at, actor, reason } = value;
  const isNobody = actor === undefined;
  const isActor = isObject(actor) && ['kind', 'name'].every((name) => typeof actor[name] === 'string');
  return isMoment(at) && (isNobody || isActor) && (reason === undefined || typeof reason === 'string');
}

/** Milliseconds that a `Date` can hold. */
function isMoment(value: unknown): boolean {
  return typeof value === 'number' && !Number.isNaN(new Date(value).getTime());
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A message of an alert: `opened`, `resolved`, `reminder-1`. */
export type MessageKey = 'opened' | 'resolved' | `reminder-${number}`;

/** A message that a channel has to deliver. */
export interface DueMessage {
  readonly channel: string;
  readonly key: MessageKey;
  readonly delivery: Delivery;
}

const UNTRIED: Delivery = { attempts: 0, notBefore: 0, pauseMs: 0 };

/**
 * What is to be delivered next on each channel, also where it is too early for it. Only those who were told of an alert
 * are told of its end, and of several reminders only the last.
 */
export function nextMessages(alert: StoredAlert, channels: readonly string[]): DueMessage[] {
  return channels.flatMap((channel) => {
    const deliveries = alert.deliveries[channel] ?? {};
    const keys = alert.resolvedAt === undefined ? openKeys(alert) : resolvedKeys(deliveries);
    const key = keys.find((one) => !isDone(deliveries[one] ?? UNTRIED));
    return key === undefined ? [] : [{ channel, key, delivery: deliveries[key] ?? UNTRIED }];
  });
}

function openKeys({ reminders }: StoredAlert): MessageKey[] {
  return reminders > 0 ? ['opened', `reminder-${reminders}`] : ['opened'];
}

function resolvedKeys(deliveries: Readonly<Record<string, Delivery>>): MessageKey[] {
  return Object.keys(deliveries).length > 0 ? ['resolved'] : [];
}

function isDone({ deliveredAt, deadAt }: Delivery): boolean {
  return deliveredAt !== undefined || deadAt !== undefined;
}

/** The message as a channel gets it. */
export function messageOf(service: string, id: string, alert: StoredAlert, key: MessageKey): AlertMessage {
  const { kind, subject, about, title, text, guidance, command, openedAt, resolvedAt } = alert;
  const [phase, number = '0'] = key.split('-') as [AlertPhase, string?];
  return {
    id: `${id}-${key}`,
    alertId: id,
    phase,
    reminder: Number(number),
    service,
    kind,
    subject,
    about,
    title: phase === 'opened' ? title : `${phase === 'resolved' ? 'Resolved' : 'Still open'}: ${title}`,
    text,
    guidance: phase === 'resolved' ? [] : guidance,
    command: phase === 'resolved' ? '' : command,
    openedAt: momentOf(openedAt),
    ...(phase === 'resolved' && resolvedAt !== undefined && { resolvedAt: momentOf(resolvedAt) }),
  };
}

/** The alert with what became of a message on a channel. */
export function withDelivery(
  alert: StoredAlert,
  { channel, key }: Pick<DueMessage, 'channel' | 'key'>,
  delivery: Delivery,
): StoredAlert {
  const before = alert.deliveries[channel]?.[key];
  // Who has delivered it after an expired lease tells more than who has failed since.
  if (before?.deliveredAt !== undefined) return alert;
  const deliveries = { ...alert.deliveries[channel], [key]: delivery };
  return { ...alert, deliveries: { ...alert.deliveries, [channel]: deliveries } };
}

/** An attempt that failed. */
export interface FailedAttempt {
  readonly error: string;
  /** Store time. */
  readonly at: number;
  /** Milliseconds that the receiver has asked to be left alone. */
  readonly retryAfterMs: number;
}

/** The delivery after an attempt that failed: a later one, or a dead letter. */
export function afterFailedAttempt(
  { attempts, pauseMs }: Delivery,
  { error, at, retryAfterMs }: FailedAttempt,
  retry: RetrySettings,
  runtime: Pick<Runtime, 'random'>,
): Delivery {
  const pause = growingPause(Math.max(pauseMs, retry.initialMs), retry, runtime);
  const failed = {
    attempts: attempts + 1,
    notBefore: at + Math.max(pause, retryAfterMs),
    pauseMs: pause,
    error,
  };
  return failed.attempts >= retry.attempts ? { ...failed, deadAt: at } : failed;
}

/** The alert with its dead letters to be tried anew at once, and how many there are. */
export function withoutDead(alert: StoredAlert): { readonly alert: StoredAlert; readonly revived: number } {
  let revived = 0;
  const revive = (delivery: Delivery): Delivery => {
    if (delivery.deadAt === undefined) return delivery;
    revived++;
    return UNTRIED;
  };
  const deliveries = Object.entries(alert.deliveries).map(([channel, byKey]) => [
    channel,
    Object.fromEntries(Object.entries(byKey).map(([key, delivery]) => [key, revive(delivery)])),
  ]);
  return {
    alert: { ...alert, deliveries: Object.fromEntries(deliveries) as StoredAlert['deliveries'] },
    revived,
  };
}
