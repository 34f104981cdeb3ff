import { prefixOf, type RedisClient } from './redis-client.js';
import type { RedisSettings } from '../redis.options.js';

/** The two keys that this library has in a target system; both are hashes. */
export interface RedisKeys {
  /** Highest token seen, by service. */
  readonly fences: string;
  /** Markers, by service and change. */
  readonly markers: string;
}

/** Their names, the client's prefix included. */
export function keysOf(client: RedisClient, { keyPrefix, hashTag }: RedisSettings): RedisKeys {
  const tag = hashTag === undefined ? '' : `{${hashTag}}:`;
  const base = `${prefixOf(client)}${keyPrefix}${tag}`;
  return { fences: `${base}fences`, markers: `${base}markers` };
}

/** The field of a change's marker. */
export function markerField(service: string, changeId: string): string {
  return JSON.stringify([service, changeId]);
}

/** Service and change of the field of a marker. */
export function markerNames(field: string): readonly [service: string, changeId: string] {
  return JSON.parse(field) as [string, string];
}

/** The part of a key that decides which node of a Cluster has it; `undefined`: the whole key. */
export function hashTagOf(key: string | Buffer): string | undefined {
  const text = Buffer.from(key).toString('latin1');
  const open = text.indexOf('{');
  const close = text.indexOf('}', open + 1);
  return open < 0 || close <= open + 1 ? undefined : text.slice(open + 1, close);
}
