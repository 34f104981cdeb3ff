import { errorText } from '../errors/error-text.js';
import { unlessAborted } from '../runtime/abort.js';
import { boundedSignal } from '../runtime/bounded-signal.js';
import type { Runtime } from '../runtime/runtime.js';
import type { AlertCause, AlertMessage } from './alert.js';
import type { AlertChannel, AlertSettings } from './alert-channel.js';
import { AlertLateError } from './alert.errors.js';
import type { AlertOutbox } from './alert-outbox.js';
import {
  afterFailedAttempt,
  messageOf,
  nextMessages,
  withDelivery,
  type Delivery,
  type DueMessage,
  type StoredAlert,
} from './stored-alert.js';

/** An attempt to deliver a message. */
export interface AlertAttempt {
  /** Of the message. */
  readonly id: string;
  readonly alertId: string;
  readonly channel: string;
  /** Why it failed; absent where it was delivered. */
  readonly error?: string;
  /** True where it is not tried any more. */
  readonly isDead: boolean;
}

/** What a delivery has done. */
export interface DeliveryReport {
  readonly attempts: readonly AlertAttempt[];
  /** How many messages could not be tried: it is too early for them, another instance is at them, or their channel has failed. */
  readonly waiting: number;
}

/** What a delivery works with. */
export interface AlertDeliveryOptions {
  readonly outbox: AlertOutbox;
  readonly settings: AlertSettings;
  /** What is wrong now, by the id of its alert: it is told in these words, whatever the outbox says. */
  readonly causes: ReadonlyMap<string, AlertCause>;
  readonly runtime: Runtime;
  /** The store's time. */
  readonly now: () => number;
}

/** How much longer than one attempt an instance has an alert for itself, in milliseconds: time to record what came of it. */
const RECORDING_MS = 20_000;

/** The longest time, in milliseconds, for which a receiver can have itself left alone: a day. */
const LONGEST_RETRY_AFTER_MS = 86_400_000;

/** Delivers what is due, one alert after the other, each on all its channels at once. */
export class AlertDelivery {
  private readonly attempts: AlertAttempt[] = [];
  /** Channels that have failed meanwhile: what else they have to deliver waits for the next time. */
  private readonly failing = new Set<string>();
  private readonly owner: string;
  private waiting = 0;

  constructor(private readonly options: AlertDeliveryOptions) {
    this.owner = options.runtime.uuid();
  }

  async deliver(signal: AbortSignal): Promise<DeliveryReport> {
    for await (const { id, alert } of this.options.outbox.read()) {
      if (signal.aborted) break;
      const due = this.dueOf(alert);
      this.waiting += this.next(alert).length - due.length;
      if (due.length > 0) await this.deliverAlert(id, signal);
    }
    return { attempts: this.attempts, waiting: this.waiting };
  }

  private async deliverAlert(id: string, signal: AbortSignal): Promise<void> {
    const { outbox } = this.options;
    const claimed = await outbox.update(id, (alert) => this.claim(alert));
    if (!claimed) {
      this.waiting++;
      return;
    }
    await Promise.all(this.dueOf(claimed).map((due) => this.attempt(id, claimed, due, signal)));
    await outbox.update(id, ({ lease, ...alert }) => (lease?.owner === this.owner ? alert : undefined));
  }

  /** One instance at a time: the write that takes the lease is the one that finds it free. */
  private claim(alert: StoredAlert): StoredAlert | undefined {
    const { now, settings } = this.options;
    const isFree = alert.lease === undefined || alert.lease.until <= now();
    if (!isFree || this.dueOf(alert).length === 0) return undefined;
    return { ...alert, lease: { owner: this.owner, until: now() + settings.timeoutMs + RECORDING_MS } };
  }

  private next(alert: StoredAlert): DueMessage[] {
    const names = this.options.settings.channels.map(({ name }) => name);
    return nextMessages(alert, names);
  }

  private dueOf(alert: StoredAlert): DueMessage[] {
    const now = this.options.now();
    return this.next(alert).filter(
      ({ channel, delivery }) => delivery.notBefore <= now && !this.failing.has(channel),
    );
  }

  private async attempt(id: string, alert: StoredAlert, due: DueMessage, signal: AbortSignal): Promise<void> {
    const { outbox, settings, causes, now } = this.options;
    const channel = settings.channels.find(({ name }) => name === due.channel);
    if (!channel) return;
    const message = this.linked(messageOf(outbox.service, id, { ...alert, ...causes.get(id) }, due.key));
    let delivery: Delivery;
    try {
      await this.call(channel, message, signal);
      const { attempts, pauseMs } = due.delivery;
      delivery = { attempts: attempts + 1, notBefore: 0, pauseMs, deliveredAt: now() };
    } catch (error) {
      // Told to stop: whether the receiver has it is not known, and the next instance tells it again.
      if (signal.aborted) return;
      this.failing.add(due.channel);
      delivery = this.failed(due.delivery, error);
    }
    await outbox.update(id, (latest) => withDelivery(latest, due, delivery));
    const { error, deadAt } = delivery;
    this.attempts.push({
      id: message.id,
      alertId: id,
      channel: due.channel,
      ...(error !== undefined && { error }),
      isDead: deadAt !== undefined,
    });
  }

  /** In its time, also where the channel does not heed its signal. */
  private async call(channel: AlertChannel, message: AlertMessage, outer: AbortSignal): Promise<void> {
    const { settings, runtime } = this.options;
    const late = (timeoutMs: number) => new AlertLateError(channel.name, timeoutMs);
    const bounded = boundedSignal(outer, settings.timeoutMs, late, runtime);
    try {
      await unlessAborted(bounded.signal, deliverBy(channel, message, bounded.signal));
    } finally {
      bounded.clear();
    }
  }

  private failed(delivery: Delivery, error: unknown): Delivery {
    const { settings, runtime, now } = this.options;
    const attempt = { error: errorText(error), at: now(), retryAfterMs: retryAfter(error) };
    return afterFailedAttempt(delivery, attempt, settings.retry, runtime);
  }

  /** A link that cannot be made is left out: the alert matters more. */
  private linked(message: AlertMessage): AlertMessage {
    try {
      const link = this.options.settings.link?.(message);
      return typeof link === 'string' ? { ...message, link } : message;
    } catch {
      return message;
    }
  }
}

/** Rejects also where the channel throws before it has promised anything. */
async function deliverBy(channel: AlertChannel, message: AlertMessage, signal: AbortSignal): Promise<void> {
  await channel.deliver(message, signal);
}

function retryAfter(error: unknown): number {
  const { retryAfterMs } = (typeof error === 'object' && error !== null ? error : {}) as {
    retryAfterMs?: unknown;
  };
  const isTime = typeof retryAfterMs === 'number' && retryAfterMs > 0;
  return isTime ? Math.min(retryAfterMs, LONGEST_RETRY_AFTER_MS) : 0;
}
