import type { RetrySettings } from '../run/engine-settings.js';
import type { AlertMessage } from './alert.js';

/** A way by which alerts reach people. */
export interface AlertChannel {
  /** Tells it from the other channels of the application; delivery is tracked under it. */
  readonly name: string;
  /**
   * Resolves once the receiver has taken the message. It may be called again with the same message, by any instance,
   * where the outcome of a call was not recorded.
   *
   * @param signal Aborts when the time for one attempt is over, or the application ends.
   * @throws any error: the message is tried again later. Of an error with `retryAfterMs`, not before that many milliseconds.
   */
  deliver(message: AlertMessage, signal: AbortSignal): Promise<void>;
}

/** How alerts are told. Every value is set: defaults are the business of the module that sets them. */
export interface AlertSettings {
  readonly channels: readonly AlertChannel[];
  /** Milliseconds after which an open issue is told again: once for each of them. */
  readonly remindAfterMs: readonly number[];
  /** How often a message is tried on a channel before it is a dead letter, and how long it waits in between. */
  readonly retry: RetrySettings;
  /** Milliseconds for one attempt. */
  readonly timeoutMs: number;
  /** Milliseconds between two looks for what is wrong, while nothing happens. */
  readonly intervalMs: number;
  /** Longest time, in milliseconds, by which a start that has failed ends later in order to tell so. */
  readonly afterFailureMs: number;
  /** Where to read more about an alert. */
  readonly link: ((message: AlertMessage) => string | undefined) | undefined;
}
