import { hash } from 'node:crypto';

/**
 * What an alert is about.
 *
 * - `issue`: a change needs a manual check. Reminded of while it is open.
 * - `run-failed`: a run ended with an error that no other alert tells.
 * - `take-over`: the holder of the lock was gone in the middle of a change, and another one went on from there.
 * - `history-tampered`, `ledger-tampered`: entries, or decisions, are not as they were written.
 * - `drift`: an applied change is not there any more, as its `@Verify()` says.
 * - `circuit-open`: a target system has failed too often, and is left alone.
 * - `approval-wanted`: a pending change waits for people to approve it.
 * - `emergency-run`: a change ran without approval, and nobody has reviewed that.
 */
export type AlertKind =
  | 'issue'
  | 'run-failed'
  | 'take-over'
  | 'history-tampered'
  | 'ledger-tampered'
  | 'drift'
  | 'circuit-open'
  | 'approval-wanted'
  | 'emergency-run';

/** Something that people should hear of. */
export interface AlertCause {
  readonly kind: AlertKind;
  /** The change, or else the target system or error code that it is about; empty where it is about the whole service. */
  readonly subject: string;
  /** Tells it from others of its kind and subject: the `seq` of an entry, a digest, a moment. */
  readonly about: string;
  /** What happened, in a line. */
  readonly title: string;
  /** What is known about it, in sentences. */
  readonly text: string;
  /** What to do, step by step; steps are not numbered. */
  readonly guidance: readonly string[];
  /** What to type next. */
  readonly command: string;
}

/**
 * What an alert has to tell. `opened` first; `reminder` while it is still open; `resolved` once its cause is gone, to
 * those who were told of it.
 */
export type AlertPhase = 'opened' | 'reminder' | 'resolved';

/** What a channel has to deliver. All texts are bounded, with secrets masked, and may hold any characters. */
export interface AlertMessage extends AlertCause {
  /** Of this message: the same at every attempt, so that a receiver can tell a repeated one. ASCII letters, digits, `-`. */
  readonly id: string;
  /** Of the alert: the same in all its messages. ASCII letters, digits, `-`. */
  readonly alertId: string;
  readonly phase: AlertPhase;
  /** Which reminder it is, from 1; 0 for other phases. */
  readonly reminder: number;
  readonly service: string;
  /** When the alert was opened, on the audit store's clock: ISO 8601, UTC. */
  readonly openedAt: string;
  /** When it was resolved; absent in other phases. */
  readonly resolvedAt?: string;
  /** Where to read more, as `link` of the settings says. */
  readonly link?: string;
}

/** Hexadecimal digits of an id: 128 bits. */
const DIGITS = 32;

/** The id that follows from what an alert is about: however often, and by whomever, it is found, it is one alert. */
export function alertId(service: string, { kind, subject, about }: AlertCause): string {
  const digest = hash('sha256', JSON.stringify([service, kind, subject, about]));
  return `${kind}-${digest.slice(0, DIGITS)}`;
}
