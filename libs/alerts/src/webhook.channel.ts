import type { AlertMessage } from '@nestjs-flamingock/core';
import { optionFaults, optionsOf, timeOfDay } from '@nestjs-flamingock/core/adapter';
import type { CheckedChannel } from './checked-channel.js';
import { postTo } from './post.js';
import { secretFault, signedHeaders } from './signature.js';
import { urlFaults } from './url-faults.js';

/** Where a webhook is, and how its receiver knows that an alert is genuine. */
export interface WebhookChannelOptions {
  /** @default 'webhook' */
  readonly name?: string;
  /** `http:` or `https:`, without a name or password. */
  readonly url: string;
  /**
   * One or more secrets, each of 24 to 64 random bytes in base64, with or without `whsec_` before them. A message is
   * signed by each of them, so that a receiver may go over from one to another.
   */
  readonly secrets: readonly string[];
  /** Further headers, such as `authorization`. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a CloudEvent of an alert carries: its message, without the id, which is that of the event. */
export type AlertEventData = Omit<AlertMessage, 'id'>;

/**
 * Alerts as CloudEvents 1.0 in structured JSON, signed as Standard Webhooks has it. `webhook-id` is the id of the
 * message, the same at every attempt.
 */
export function webhookChannel(options: WebhookChannelOptions): CheckedChannel {
  const { name = 'webhook', url = '', secrets = [], headers = {} } = optionsOf(options);
  return {
    name,
    faults: () => Promise.resolve(faultsOf(name, options)),
    deliver(message, signal) {
      const body = JSON.stringify(cloudEvent(message));
      const timestamp = Math.floor(timeOfDay() / 1_000);
      const signed = signedHeaders({ id: message.id, timestamp, body }, secrets);
      const all = { ...headers, 'content-type': 'application/cloudevents+json; charset=utf-8', ...signed };
      return postTo({ name, url, headers: all, body }, signal);
    },
  };
}

function cloudEvent({ id, ...data }: AlertMessage) {
  const { kind, phase, service, subject, openedAt, resolvedAt } = data;
  const time = phase === 'reminder' ? undefined : (resolvedAt ?? openedAt);
  return {
    specversion: '1.0',
    id,
    source: `/flamingock/${encodeURIComponent(service)}`,
    type: `nestjs-flamingock.alert.${kind}.${phase}`,
    ...(subject !== '' && { subject }),
    ...(time !== undefined && { time }),
    datacontenttype: 'application/json',
    data: data satisfies AlertEventData,
  };
}

function faultsOf(name: string, options: WebhookChannelOptions): string[] {
  const where = `channel "${name}"`;
  const { url, secrets, headers } = optionsOf(options);
  const list: readonly unknown[] = Array.isArray(secrets) ? secrets : [];
  return [
    ...optionFaults<WebhookChannelOptions>('webhookChannel()', options, {
      name: true,
      url: true,
      secrets: true,
      headers: true,
    }),
    ...urlFaults(where, url),
    ...(list.length === 0 ? [`${where}: secrets must have at least one secret`] : []),
    ...list.flatMap((secret, index) => secretFault(`${where}: secrets[${index}]`, secret) ?? []),
    ...headerFaults(where, headers),
  ];
}

function headerFaults(where: string, headers: WebhookChannelOptions['headers']): string[] {
  try {
    new Headers(headers);
    return [];
  } catch {
    return [`${where}: headers must be texts by name, as HTTP allows them`];
  }
}
