import type { AlertChannel, AlertMessage } from '@nestjs-flamingock/core';
import {
  countFrom,
  milliseconds,
  optionFaults,
  optionsOf,
  shown,
  type AlertSettings,
} from '@nestjs-flamingock/core/adapter';
import { InvalidAlertOptionsError } from './alerts.errors.js';
import { isChecked } from './checked-channel.js';

/** How people are told of trouble. */
export interface FlamingockAlertsOptions {
  /** Each has a name of its own. Without any, nothing is looked for, kept or delivered. */
  readonly channels: readonly AlertChannel[];
  /**
   * Milliseconds after which an issue that is still open is told again: once for each of them.
   *
   * @default [3_600_000, 86_400_000] an hour and a day
   */
  readonly remindAfterMs?: readonly number[];
  /** How often a message is tried on a channel before it is a dead letter, with growing pauses in between. */
  readonly retry?: {
    /** @default 15 */
    readonly attempts?: number;
    /** @default 5_000 milliseconds */
    readonly initialMs?: number;
    /** @default 3_600_000 milliseconds */
    readonly maxMs?: number;
  };
  /**
   * Milliseconds for one attempt.
   *
   * @default 10_000
   */
  readonly timeoutMs?: number;
  /**
   * Milliseconds between two looks for what is wrong, on the average, while nothing happens in this process.
   *
   * @default 60_000
   */
  readonly intervalMs?: number;
  /**
   * Longest time, in milliseconds, by which a start that has failed ends later in order to tell so. One that succeeds
   * never waits.
   *
   * @default 15_000
   */
  readonly afterFailureMs?: number;
  /** Where to read more about an alert: a URL. */
  readonly link?: (message: AlertMessage) => string | undefined;
}

const NAMES = {
  channels: true,
  remindAfterMs: true,
  retry: true,
  timeoutMs: true,
  intervalMs: true,
  afterFailureMs: true,
  link: true,
} as const;
const RETRY = { attempts: true, initialMs: true, maxMs: true } as const;
const DEFAULT_RETRY = { attempts: 15, initialMs: 5_000, maxMs: 3_600_000 };
const HOUR_MS = 3_600_000;
const A_NAME = /^[a-z][a-z0-9-]{0,62}$/i;

/** @throws InvalidAlertOptionsError with every fault. */
export async function resolveAlerts(options: FlamingockAlertsOptions): Promise<AlertSettings> {
  const { channels, remindAfterMs = [HOUR_MS, 24 * HOUR_MS], link, ...rest } = optionsOf(options);
  const { retry: given = {}, timeoutMs = 10_000, intervalMs = 60_000, afterFailureMs = 15_000 } = rest;
  const retry = { ...DEFAULT_RETRY, ...given };
  const settings = { remindAfterMs, retry, timeoutMs, intervalMs, afterFailureMs, link };
  const faults = [
    ...optionFaults('FlamingockAlertsModule', options, NAMES),
    ...optionFaults('retry of FlamingockAlertsModule', given, RETRY),
    ...settingFaults(settings),
    ...(await channelFaults(channels)),
  ];
  if (faults.length > 0) throw new InvalidAlertOptionsError(faults);
  const steps = [...remindAfterMs].sort((one, other) => one - other);
  return { ...settings, remindAfterMs: steps, channels: channels ?? [] };
}

function settingFaults(settings: Omit<AlertSettings, 'channels'>): string[] {
  const { remindAfterMs, retry, timeoutMs, intervalMs, afterFailureMs, link } = settings;
  const steps = Array.isArray(remindAfterMs)
    ? remindAfterMs.map((ms: number, index) => milliseconds(`remindAfterMs[${index}]`, ms, 1_000))
    : [`remindAfterMs must be a list of milliseconds, not ${shown(remindAfterMs)}`];
  return [
    ...steps,
    countFrom(1, 'retry.attempts', retry.attempts),
    milliseconds('retry.initialMs', retry.initialMs, 1),
    milliseconds('retry.maxMs', retry.maxMs, retry.initialMs),
    milliseconds('timeoutMs', timeoutMs, 1),
    milliseconds('intervalMs', intervalMs, 1_000),
    milliseconds('afterFailureMs', afterFailureMs, 0),
    link === undefined || typeof link === 'function'
      ? undefined
      : `link must be a function, not ${shown(link)}`,
  ].filter((fault) => fault !== undefined);
}

async function channelFaults(channels: unknown): Promise<string[]> {
  if (!Array.isArray(channels)) return [`channels must be a list of channels, not ${shown(channels)}`];
  const faults = await Promise.all(channels.map((channel: unknown, index) => faultsOf(channel, index)));
  const names = channels.filter(isChannel).map(({ name }) => name);
  const repeated = new Set(names.filter((name, index) => names.indexOf(name) !== index));
  return [
    ...faults.flat(),
    ...[...repeated].map((name) => `there is more than one channel "${name}": give each a name of its own`),
  ];
}

async function faultsOf(channel: unknown, index: number): Promise<readonly string[]> {
  if (!isChannel(channel))
    return [
      `channels[${index}] must have a name and a method deliver(message, signal), not be ${shown(channel)}`,
    ];
  const faults = isChecked(channel) ? await channel.faults() : [];
  if (A_NAME.test(channel.name)) return faults;
  return [
    `channels[${index}] has the name ${shown(channel.name)}, which must be up to 63 letters, digits and "-", a letter first`,
    ...faults,
  ];
}

function isChannel(channel: unknown): channel is AlertChannel {
  const { name, deliver } = (typeof channel === 'object' && channel !== null ? channel : {}) as Partial<
    Record<keyof AlertChannel, unknown>
  >;
  return typeof name === 'string' && typeof deliver === 'function';
}
